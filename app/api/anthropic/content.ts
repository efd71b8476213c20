/** Messages as Anthropic's clients write them, read into turns. */
import { z } from 'zod';
import { type ChatError, invalidParam } from '../../chat/errors';
import type { TextBlock } from '../../chat/request';
import { type ContentBlock, type HistoryTurn, toolResultContent } from '../input/history';
import type { ReadImage } from '../input/image';
import { pdfBlock } from '../input/pdf';
import { toolArguments } from '../input/toolArguments';

// Which blocks there are is not for the schema to say: one that cannot be taken is refused by its name. Blocks hold
// blocks no deeper than the API lets them, so that no body can nest without end.
const leafFields = {
  type: z.string(),
  text: z.string().nullish(),
  source: z
    .union([
      // Of a search result: an address, for the reader alone.
      z.string(),
      z.object({
        type: z.string(),
        media_type: z.string().nullish(),
        data: z.string().nullish(),
        url: z.string().nullish(),
        content: z.union([z.string(), z.array(z.object({ type: z.string(), text: z.string().nullish() }))]).nullish(),
      }),
    ])
    .nullish(),
  title: z.string().nullish(),
  context: z.string().nullish(),
};

const inner = z.object({
  ...leafFields,
  content: z.union([z.string(), z.array(z.object(leafFields))]).nullish(),
});

const block = z.object({
  ...leafFields,
  content: z.union([z.string(), z.array(inner), z.record(z.string(), z.unknown())]).nullish(),
  id: z.string().nullish(),
  name: z.string().nullish(),
  input: z.unknown().optional(),
  tool_use_id: z.string().nullish(),
  is_error: z.boolean().nullish(),
});

export const systemField = z
  .union([z.string(), z.array(z.object({ type: z.literal('text'), text: z.string() }))])
  .nullish();

export const message = z.object({
  role: z.enum(['user', 'assistant', 'system']),
  content: z.union([z.string(), z.array(block)]),
});

type Block = z.output<typeof block>;
type Leaf = z.output<z.ZodObject<typeof leafFields>>;

interface Conversation {
  readonly system?: z.output<typeof systemField>;
  readonly messages: readonly z.output<typeof message>[];
}

/** @throws ChatError `invalid_request` for a block that the model cannot be given. */
export async function turnsOf({ system, messages }: Conversation, readImage: ReadImage): Promise<HistoryTurn[]> {
  const turns: HistoryTurn[] = systemTurns(system);
  for (const [index, { role, content }] of messages.entries()) {
    const blocks: readonly Block[] = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
    if (role === 'system') tellSystem(turns, blocks);
    else if (role === 'assistant') turns.push(assistantTurn(blocks));
    else turns.push(...(await userTurns(blocks, `messages[${index}].content`, readImage)));
  }
  return turns;
}

function systemTurns(
  system: string | readonly { readonly text?: string | null | undefined }[] | null = [],
): HistoryTurn[] {
  const texts = typeof system === 'string' ? [system] : (system ?? []).map(({ text }) => text ?? '');
  return texts.map((text) => ({ role: 'system', text }));
}

/**
 * What is said in the middle of a conversation stays where it is: Claude Code counts down its tokens there, and a system
 * prompt that changes with every message would have the whole history read anew. It has the form in which Claude Code says
 * the same to models that know no such messages, and stands beside a tool's result, where a turn that waits can take it.
 */
function tellSystem(turns: HistoryTurn[], blocks: readonly Block[]): void {
  const last = turns.at(-1);
  const reminders = blocks.flatMap(({ text }) => (text ? [reminder(text)] : []));
  if (!turns.some(({ role }) => role === 'assistant')) turns.push(...systemTurns(blocks));
  else if (last?.role === 'tool') turns[turns.length - 1] = { ...last, content: [...last.content, ...reminders] };
  else if (last?.role === 'user') turns[turns.length - 1] = { ...last, content: [...last.content, ...reminders] };
  else turns.push(...systemTurns(blocks));
}

function reminder(text: string): TextBlock {
  return { type: 'text', text: `<system-reminder>\n${text}\n</system-reminder>` };
}

/** Thinking is left out: it was signed for another conversation. So is what the API's own tools gave, which only the API can read. */
function assistantTurn(blocks: readonly Block[]): HistoryTurn {
  const calls = blocks.flatMap(({ type, id, name, input }) =>
    type === 'tool_use' ? [{ id: id ?? null, name: name ?? '', input: toolArguments(input) }] : [],
  );
  return { role: 'assistant', text: blocks.map(({ type, text }) => (type === 'text' ? text : '')).join(''), calls };
}

/** Results come first, as the API wants them. */
async function userTurns(blocks: readonly Block[], field: string, readImage: ReadImage): Promise<HistoryTurn[]> {
  const results: HistoryTurn[] = [];
  const content: ContentBlock[] = [];
  for (const [index, block] of blocks.entries()) {
    const at = `${field}[${index}]`;
    if (block.type === 'tool_result') results.push(await resultTurn(block, at, readImage));
    else content.push(...(await contentOf(block, at, readImage)));
  }
  return content.length > 0 || results.length === 0 ? [...results, { role: 'user', content }] : results;
}

async function resultTurn(block: Block, field: string, readImage: ReadImage): Promise<HistoryTurn> {
  const { content, tool_use_id, is_error } = block;
  const parts: ContentBlock[] = [];
  if (typeof content === 'string') parts.push({ type: 'text', text: content });
  else if (Array.isArray(content)) {
    for (const [index, part] of content.entries()) {
      parts.push(...(await contentOf(part, `${field}.content[${index}]`, readImage)));
    }
  }
  const shown = toolResultContent(parts, `${field}.content`);
  return { role: 'tool', id: tool_use_id ?? null, name: null, content: shown, isError: is_error ?? false };
}

async function contentOf(
  block: Leaf & Pick<Block, 'content'>,
  field: string,
  readImage: ReadImage,
): Promise<readonly ContentBlock[]> {
  const { type, text, source } = block;
  if (type === 'text') return [{ type: 'text', text: text ?? '' }];
  if (type === 'image' && typeof source === 'object' && source !== null) {
    const address = source.type === 'url';
    if (address || source.type === 'base64') {
      const image = (address ? source.url : source.data) ?? '';
      return [await readImage(image, `${field}.source.${address ? 'url' : 'data'}`)];
    }
    throw unsupported(`an image's source of type "${source.type.slice(0, 40)}"`, `${field}.source`);
  }
  if (type === 'document') return [documentBlock(block, field)];
  if (type === 'search_result') return [{ type: 'text', text: paragraphs(block.title, textsOf(block.content)) }];
  throw unsupported(`content of type "${type.slice(0, 40)}"`, field);
}

function documentBlock({ title, context, source }: Leaf, field: string): ContentBlock {
  const said = (text: string | null | undefined): ContentBlock => ({
    type: 'text',
    text: paragraphs(title, context, text),
  });
  if (typeof source !== 'object' || source === null) throw unsupported('a document without a source', field);
  if (source.type === 'text') return said(source.data);
  if (source.type === 'content') return said(textsOf(source.content));
  if (source.type === 'base64') return pdfBlock(source.data ?? '', title, `${field}.source.data`);
  throw unsupported(`a document's source of type "${source.type.slice(0, 40)}"`, `${field}.source`);
}

function textsOf(content: unknown): string {
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
