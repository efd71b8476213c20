/** Messages as OpenAI's clients write them, read into turns. */
import { z } from 'zod';
import { invalidParam } from '../../../chat/errors';
import { type ContentBlock, type HistoryTurn, toolResultContent } from '../../input/history';
import type { ReadImage } from '../../input/image';
import { pdfBlock } from '../../input/pdf';
import { toolArguments } from '../../input/toolArguments';

const fileFields = { file_data: z.string().nullish(), filename: z.string().nullish() };

/** Which parts there are is not for the schema to say: a part that cannot be taken is refused by its name. */
export const part = z.object({
  type: z.string(),
  text: z.string().nullish(),
  refusal: z.string().nullish(),
  image_url: z.union([z.string(), z.object({ url: z.string() })]).nullish(),
  ...fileFields,
  file: z.object(fileFields).nullish(),
});

export type Part = z.output<typeof part>;

const called = z.object({ name: z.string(), arguments: z.unknown().optional() });

export const message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: z.union([z.string(), z.array(part)]).nullish(),
  name: z.string().nullish(),
  tool_call_id: z.string().nullish(),
  tool_calls: z
    .array(
      z.object({
        id: z.string().nullish(),
        function: called.nullish(),
        custom: z.object({ name: z.string(), input: z.unknown().optional() }).nullish(),
      }),
    )
    .nullish(),
  function_call: called.nullish(),
});

export type CompletionMessage = z.output<typeof message>;

/** @throws ChatError `invalid_request` for a part that the model cannot be given. */
export function turnsOf(messages: readonly CompletionMessage[], readImage: ReadImage): Promise<HistoryTurn[]> {
  const turns = messages.map(async (message, index): Promise<HistoryTurn> => {
    const content = await contentOf(message.content, `messages[${index}].content`, readImage);
    switch (message.role) {
      case 'system':
      case 'developer':
        return { role: 'system', text: textOf(content) };
      case 'user':
        return { role: 'user', content };
      case 'assistant':
        return { role: 'assistant', text: textOf(content), calls: callsOf(message) };
      default:
        return {
          role: 'tool',
          id: message.tool_call_id ?? null,
          name: message.name ?? null,
          content: toolResultContent(content, `messages[${index}].content`),
        };
    }
  });
  return Promise.all(turns);
}

export type Content = readonly ContentBlock[];

/** @param field the parts' own, for the error. @throws ChatError as `turnsOf`. */
export async function contentOf(
  content: string | readonly Part[] | null | undefined,
  field: string,
  readImage: ReadImage,
): Promise<Content> {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return Promise.all((content ?? []).map((part, index) => blockOf(part, `${field}[${index}]`, readImage)));
}

async function blockOf(part: Part, field: string, readImage: ReadImage): Promise<ContentBlock> {
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

export function textOf(content: Content): string {
  return content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');
}

function callsOf({ tool_calls, function_call }: CompletionMessage) {
  const calls = (tool_calls ?? []).flatMap(({ id, function: called, custom }) => {
    if (called) return [{ id: id ?? null, name: called.name, input: toolArguments(called.arguments) }];
    return custom ? [{ id: id ?? null, name: custom.name, input: toolArguments(custom.input) }] : [];
  });
  if (!function_call) return calls;
  return [...calls, { id: null, name: function_call.name, input: toolArguments(function_call.arguments) }];
}
