/** Reads the messages of OpenAI's clients into the turns that all dialects share. */
import { z } from 'zod';
import { invalidParam } from '../../../chat/errors';
import { boundedArray, MOST } from '../../input/boundedArray';
import { documentAs } from '../../input/documentAs';
import type { ContentBlock, HistoryTurn } from '../../input/history';
import type { ReadImage } from '../../input/image';
import { pdfBlock } from '../../input/pdf';
import { argumentsReader, type ReadArguments } from '../../input/toolArguments';

const fileFields = { file_data: z.string().nullish(), filename: z.string().nullish() };

const imageUrl = z.union([z.string(), z.object({ url: z.string() })]);
const imageText = 'A PNG, JPEG, GIF or WebP image as base64 or as a `data:` URL.';
const file = z.object({ ...fileFields, file_data: z.string().describe('A PDF as base64 or as a `data:` URL.') });

/** Accepts parts of any type, so that an unsupported one is refused with an error that names its type. */
export const part = documentAs(
  z.object({
    type: z.string(),
    text: z.string().nullish(),
    refusal: z.string().nullish(),
    image_url: imageUrl.nullish(),
    ...fileFields,
    file: z.object(fileFields).nullish(),
  }),
  z.union([
    z.object({ type: z.literal(['text', 'input_text', 'output_text']), text: z.string().nullish() }),
    z.object({ type: z.literal('refusal'), refusal: z.string().nullish() }),
    z.object({ type: z.literal(['image_url', 'input_image']), image_url: imageUrl.describe(imageText) }),
    z.object({ type: z.literal('file'), file }),
    file.extend({ type: z.literal('input_file') }),
  ]),
);

export type Part = z.output<typeof part>;

const calledFunction = z.object({ name: z.string(), arguments: z.unknown().optional() });

export const message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: z.union([z.string(), boundedArray(part, MOST.parts)]).nullish(),
  /** What the model said instead of an answer. */
  refusal: z.string().nullish(),
  name: z.string().nullish(),
  tool_call_id: z.string().nullish(),
  tool_calls: boundedArray(
    z.object({
      id: z.string().nullish(),
      type: z.unknown().optional(),
      index: z.unknown().optional(),
      function: calledFunction.nullish(),
      custom: z.object({ name: z.string(), input: z.unknown().optional() }).nullish(),
    }),
    MOST.parts,
  ).nullish(),
  function_call: calledFunction.nullish(),
});

export type CompletionMessage = z.output<typeof message>;

/** @throws ChatError `invalid_request` for a part that is not supported. */
export function toTurns(messages: readonly CompletionMessage[], readImage: ReadImage): Promise<HistoryTurn[]> {
  const readArguments = argumentsReader();
  const turns = messages.map(async (message, index): Promise<HistoryTurn> => {
    const content = await toContent(message.content, `messages[${index}].content`, readImage);
    switch (message.role) {
      case 'system':
      case 'developer':
        return { role: 'system', text: joinTexts(content) };
      case 'user':
        return { role: 'user', content };
      case 'assistant':
        return {
          role: 'assistant',
          text: joinTexts(content) || (message.refusal ?? ''),
          calls: toCalls(message, readArguments),
        };
      default:
        return { role: 'tool', id: message.tool_call_id ?? null, name: message.name ?? null, content };
    }
  });
  return Promise.all(turns);
}

export type MessageContent = readonly ContentBlock[];

/** @param field the field of the parts, for errors. @throws ChatError as `toTurns`. */
export async function toContent(
  content: string | readonly Part[] | null | undefined,
  field: string,
  readImage: ReadImage,
): Promise<MessageContent> {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return Promise.all((content ?? []).map((part, index) => toBlock(part, `${field}[${index}]`, readImage)));
}

async function toBlock(part: Part, field: string, readImage: ReadImage): Promise<ContentBlock> {
  switch (part.type) {
    case 'text':
    case 'input_text':
    case 'output_text':
      return { type: 'text', text: part.text ?? '' };
    case 'refusal':
      return { type: 'text', text: part.refusal ?? '' };
    case 'image_url':
    case 'input_image': {
      const url = typeof part.image_url === 'string' ? part.image_url : (part.image_url?.url ?? '');
      return readImage(url, `${field}.image_url`);
    }
    case 'file':
    case 'input_file': {
      const { file_data, filename } = part.file ?? part;
      if (file_data) return pdfBlock(file_data, filename, `${field}.file_data`);
      throw invalidParam(field, 'send the file itself, as base64 in file_data: nothing is uploaded here or fetched');
    }
    default: {
      const type = part.type.slice(0, 40);
      throw invalidParam(field, `content of type "${type}" is not supported: only text, images and PDFs are`);
    }
  }
}

export function joinTexts(content: MessageContent): string {
  return content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');
}

function toCalls({ tool_calls, function_call }: CompletionMessage, readArguments: ReadArguments) {
  const calls = (tool_calls ?? []).flatMap(({ id, function: fn, custom }) => {
    if (fn) return [{ id: id ?? null, name: fn.name, input: readArguments(fn.arguments) }];
    return custom ? [{ id: id ?? null, name: custom.name, input: readArguments(custom.input) }] : [];
  });
  if (!function_call) return calls;
  return [...calls, { id: null, name: function_call.name, input: readArguments(function_call.arguments) }];
}
