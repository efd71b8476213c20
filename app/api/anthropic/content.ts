/** Reads the messages of Anthropic's clients into the turns that all dialects share. */
import { z } from 'zod';
import { type ChatError, invalidParam } from '../../chat/errors';
import type { TextBlock } from '../../chat/request';
import { boundedArray, MOST } from '../input/boundedArray';
import { documentAs } from '../input/documentAs';
import type { ContentBlock, HistoryTurn } from '../input/history';
import type { ReadImage } from '../input/image';
import { pdfBlock } from '../input/pdf';
import { argumentsReader, type ReadArguments } from '../input/toolArguments';

// The schema accepts blocks of any type, so that an unsupported one is refused with an error that names its type. Blocks nest
// only as deep as the API allows, which bounds the work that a body can cause.
const leafFields = {
  type: z.string(),
  text: z.string().nullish(),
  source: z
    .union([
      // The address of a search result, which is not fetched.
      z.string(),
      z.object({
        type: z.string(),
        media_type: z.string().nullish(),
        data: z.string().nullish(),
        url: z.string().nullish(),
        content: z
          .union([z.string(), boundedArray(z.object({ type: z.string(), text: z.string().nullish() }), MOST.parts)])
          .nullish(),
      }),
    ])
    .nullish(),
  title: z.string().nullish(),
  context: z.string().nullish(),
  /** In the result of a search for tools. */
  tool_name: z.string().nullish(),
};

const inner = z.object({
  ...leafFields,
  content: z.union([z.string(), boundedArray(z.object(leafFields), MOST.parts)]).nullish(),
});

const block = z.object({
  ...leafFields,
  content: z.union([z.string(), boundedArray(inner, MOST.parts), z.record(z.string(), z.unknown())]).nullish(),
  id: z.string().nullish(),
  name: z.string().nullish(),
  input: z.unknown().optional(),
  tool_use_id: z.string().nullish(),
  is_error: z.boolean().nullish(),
});

export const systemField = z
  .union([z.string(), boundedArray(z.object({ type: z.literal('text'), text: z.string() }), MOST.parts)])
  .nullish();

const messageWith = (role: z.ZodType<'user' | 'assistant' | 'system'>, blocks: z.ZodType<z.output<typeof block>>) =>
  z.object({ role, content: z.union([z.string(), boundedArray(blocks, MOST.parts)]) });

const sourceOf = (type: 'base64' | 'url' | 'text' | 'content', field: 'data' | 'url' | 'content') =>
  z.looseObject({ type: z.literal(type), [field]: z.string() });

const text = z.looseObject({ type: z.literal('text'), text: z.string().nullish() });
const image = z.looseObject({
  type: z.literal('image'),
  source: z.union([sourceOf('base64', 'data'), sourceOf('url', 'url')]),
});
const document = z.looseObject({
  type: z.literal('document'),
  title: z.string().nullish(),
  context: z.string().nullish(),
  source: z.union([sourceOf('base64', 'data'), sourceOf('text', 'data'), sourceOf('content', 'content')]),
});
const searchResult = z.looseObject({
  type: z.literal('search_result'),
  source: z.string().nullish(),
  title: z.string().nullish(),
  content: z.array(text).nullish(),
});
const parts = [text, image, document, searchResult] as const;
const toolReference = z.looseObject({ type: z.literal('tool_reference'), tool_name: z.string() });
const toolResult = z.looseObject({
  type: z.literal('tool_result'),
  tool_use_id: z.string().nullish(),
  is_error: z.boolean().nullish(),
  content: z.union([z.string(), z.array(z.union([...parts, toolReference]))]).nullish(),
});
const ignored = 'Blocks of other types, such as thinking, are not sent to the model.';

/** An unsupported block is refused with an error that names its type; the documentation has the supported ones. */
export const message = documentAs(
  messageWith(z.enum(['user', 'assistant', 'system']), block),
  z.union([
    messageWith(z.literal('user'), documentAs(block.clone(), z.union([...parts, toolResult]))),
    messageWith(z.literal('assistant'), documentAs(block.clone(), block.describe(ignored))),
    messageWith(z.literal('system'), documentAs(block.clone(), block.describe(ignored))),
  ]),
);

type Block = z.output<typeof block>;
type LeafBlock = z.output<z.ZodObject<typeof leafFields>>;

interface Conversation {
  readonly system?: z.output<typeof systemField>;
  readonly messages: readonly z.output<typeof message>[];
}

/** @throws ChatError `invalid_request` for a block that is not supported. */
export async function toTurns({ system, messages }: Conversation, readImage: ReadImage): Promise<HistoryTurn[]> {
  const turns: HistoryTurn[] = systemTurns(system);
  const readArguments = argumentsReader();
  let answered = false;
  /** The system messages that follow each other. */
  let systemBlocks: Block[] = [];
  for (const [index, { role, content }] of messages.entries()) {
    const blocks: readonly Block[] = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
    if (role === 'system') {
      systemBlocks.push(...blocks);
      continue;
    }
    addSystemMessages(turns, systemBlocks, answered);
    systemBlocks = [];
    answered ||= role === 'assistant';
    if (role === 'assistant') turns.push(assistantTurn(blocks, readArguments));
    else turns.push(...(await userTurns(blocks, `messages[${index}].content`, readImage)));
  }
  addSystemMessages(turns, systemBlocks, answered);
  return turns;
}

function systemTurns(
  system: string | readonly { readonly text?: string | null | undefined }[] | null = [],
): HistoryTurn[] {
  const texts = typeof system === 'string' ? [system] : (system ?? []).map(({ text }) => text ?? '');
  return texts.map((text) => ({ role: 'system', text }));
}

/**
 * System messages in the middle of a conversation stay at their place: Claude Code sends its remaining tokens there, and a system
 * prompt that changes with every request would invalidate the prompt cache of the whole history. The text gets the form that Claude
 * Code uses for models without such messages. It joins the last user turn or tool result, so that a waiting CLI process can be given
 * the result and the text together.
 * @param answered whether the assistant has answered before them.
 */
function addSystemMessages(turns: HistoryTurn[], blocks: readonly Block[], answered: boolean): void {
  const last = turns.at(-1);
  const reminders = blocks.flatMap(({ text }) => (text ? [reminder(text)] : []));
  if (!answered) turns.push(...systemTurns(blocks));
  else if (last?.role === 'tool') turns[turns.length - 1] = { ...last, content: [...last.content, ...reminders] };
  else if (last?.role === 'user') turns[turns.length - 1] = { ...last, content: [...last.content, ...reminders] };
  else turns.push(...systemTurns(blocks));
}

function reminder(text: string): TextBlock {
  return { type: 'text', text: `<system-reminder>\n${text}\n</system-reminder>` };
}

/** Omits thinking, whose signature is valid in one conversation only, and the results of the API's own tools, which only the API can read. */
function assistantTurn(blocks: readonly Block[], readArguments: ReadArguments): HistoryTurn {
  const calls = blocks.flatMap(({ type, id, name, input }) =>
    type === 'tool_use' ? [{ id: id ?? null, name: name ?? '', input: readArguments(input) }] : [],
  );
  return { role: 'assistant', text: blocks.map(({ type, text }) => (type === 'text' ? text : '')).join(''), calls };
}

/** The names of the tools to which results of the client's searches refer. */
export function foundTools(messages: Conversation['messages']): ReadonlySet<string> {
  const blocks = messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content));
  const inResults = blocks.flatMap(({ type, content }) =>
    type === 'tool_result' && Array.isArray(content) ? content : [],
  );
  return new Set(inResults.filter(isReference).flatMap(({ tool_name }) => tool_name ?? []));
}

function isReference({ type }: LeafBlock): boolean {
  return type === 'tool_reference';
}

/** Tool results come first, as the API requires. */
async function userTurns(sent: readonly Block[], field: string, readImage: ReadImage): Promise<HistoryTurn[]> {
  const blocks = withSearchTexts(sent);
  const results: HistoryTurn[] = [];
  const content: ContentBlock[] = [];
  for (const [index, block] of blocks.entries()) {
    const at = `${field}[${index}]`;
    if (block.type === 'tool_result') results.push(await resultTurn(block, at, readImage));
    else content.push(...(await toContent(block, at, readImage)));
  }
  return content.length > 0 || results.length === 0 ? [...results, { role: 'user', content }] : results;
}

/**
 * Behind the result of a search for tools Claude Code sends a text ("Tool loaded."). As a part of the result it does not keep the
 * waiting process from taking the result.
 */
function withSearchTexts(blocks: readonly Block[]): readonly Block[] {
  const results = blocks.filter(({ type }) => type === 'tool_result');
  const texts = blocks.filter(({ type }) => type === 'text');
  const search = results.find(({ content }) => Array.isArray(content) && content.some(isReference));
  if (!search || !Array.isArray(search.content) || results.length + texts.length < blocks.length) return blocks;
  const content = [...search.content, ...texts.map(({ type, text }) => ({ type, text }))];
  return results.map((result) => (result === search ? { ...search, content } : result));
}

async function resultTurn(block: Block, field: string, readImage: ReadImage): Promise<HistoryTurn> {
  const { content, tool_use_id, is_error } = block;
  const parts: ContentBlock[] = [];
  if (typeof content === 'string') parts.push({ type: 'text', text: content });
  else if (Array.isArray(content)) {
    for (const [index, part] of content.entries()) {
      if (isReference(part)) parts.push({ type: 'text', text: `The tool ${part.tool_name ?? ''} can be called now.` });
      else parts.push(...(await toContent(part, `${field}.content[${index}]`, readImage)));
    }
  }
  return { role: 'tool', id: tool_use_id ?? null, name: null, content: parts, isError: is_error ?? false };
}

async function toContent(
  block: LeafBlock & Pick<Block, 'content'>,
  field: string,
  readImage: ReadImage,
): Promise<readonly ContentBlock[]> {
  const { type, text, source } = block;
  if (type === 'text') return [{ type: 'text', text: text ?? '' }];
  if (type === 'image' && typeof source === 'object' && source !== null) {
    const isUrl = source.type === 'url';
    if (isUrl || source.type === 'base64') {
      const image = (isUrl ? source.url : source.data) ?? '';
      return [await readImage(image, `${field}.source.${isUrl ? 'url' : 'data'}`)];
    }
    throw unsupported(`an image's source of type "${source.type.slice(0, 40)}"`, `${field}.source`);
  }
  if (type === 'document') return [await documentBlock(block, field)];
  if (type === 'search_result') return [{ type: 'text', text: paragraphs(block.title, joinTexts(block.content)) }];
  throw unsupported(`content of type "${type.slice(0, 40)}"`, field);
}

async function documentBlock({ title, context, source }: LeafBlock, field: string): Promise<ContentBlock> {
  const textBlock = (text: string | null | undefined): ContentBlock => ({
    type: 'text',
    text: paragraphs(title, context, text),
  });
  if (typeof source !== 'object' || source === null) throw unsupported('a document without a source', field);
  if (source.type === 'text') return textBlock(source.data);
  if (source.type === 'content') return textBlock(joinTexts(source.content));
  if (source.type === 'base64') return pdfBlock(source.data ?? '', title, `${field}.source.data`);
  throw unsupported(`a document's source of type "${source.type.slice(0, 40)}"`, `${field}.source`);
}

function joinTexts(content: unknown): string {
  if (typeof content === 'string') return content;
  const texts = z.array(z.object({ text: z.string().nullish() })).safeParse(content);
  return texts.success ? texts.data.map(({ text }) => text ?? '').join('\n') : '';
}

function paragraphs(...texts: readonly (string | null | undefined)[]): string {
  return texts.filter((text) => text).join('\n\n');
}

function unsupported(what: string, param: string): ChatError {
  return invalidParam(param, `${what} is not supported: only texts, images and PDFs are`);
}
