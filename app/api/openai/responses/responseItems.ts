/** The items of which a response's input and output consist, read into turns. */
import { z } from 'zod';
import { type HistoryTurn, toolResultContent } from '../../input/history';
import type { ReadImage } from '../../input/image';
import { toolArguments } from '../../input/toolArguments';
import { contentOf, part, textOf } from '../chat/messages';
import type { FunctionNames } from './namespaces';

const content = z.union([z.string(), z.array(part)]).nullish();

const message = z.object({
  type: z.literal('message'),
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content,
});

const functionCall = z.object({
  type: z.literal('function_call'),
  call_id: z.string(),
  namespace: z.string().nullish(),
  name: z.string(),
  arguments: z.unknown().optional(),
});

const functionCallOutput = z.object({
  type: z.literal('function_call_output'),
  call_id: z.string(),
  output: content,
});

/** An item of an earlier response, by its id. */
const reference = z.object({ type: z.literal('item_reference'), id: z.string() });

/** Reasoning, and what tools of OpenAI's own have left: nothing that this model could be told. */
const other = z.object({ type: z.literal('other') });

const SERVED = new Set(['message', 'function_call', 'function_call_output', 'item_reference']);

export const inputItem = z
  .looseObject({ type: z.string().nullish() })
  .transform((item) => ({ ...item, type: typeOf(item) }))
  .pipe(z.discriminatedUnion('type', [message, functionCall, functionCallOutput, reference, other]));

export type InputItem = z.output<typeof inputItem>;

/** An item that stands for itself. */
export type Item = Exclude<InputItem, { type: 'item_reference' }>;

/** Messages and references may come without a type. */
function typeOf(item: { readonly type?: string | null | undefined; readonly [key: string]: unknown }): string {
  const type = item.type ?? (item.role === undefined ? 'item_reference' : 'message');
  return SERVED.has(type) ? type : 'other';
}

/**
 * @param offset how many of the items come from an earlier response, and so are not the client's to mend.
 * @param names those of the functions that were sent along.
 * @throws ChatError `invalid_request` for a part that the model cannot be given.
 */
export async function turnsOfItems(
  items: readonly Item[],
  offset: number,
  names: FunctionNames,
  readImage: ReadImage,
): Promise<HistoryTurn[]> {
  const read = items.map((item, index) => turnOf(item, `input[${index - offset}]`, names, readImage));
  const turns: HistoryTurn[] = [];
  for (const turn of (await Promise.all(read)).flat()) {
    const last = turns.at(-1);
    // A call is an item of its own here; in a history it belongs to the answer before it, with the others made there.
    if (turn.role === 'assistant' && turn.calls.length > 0 && last?.role === 'assistant') {
      turns[turns.length - 1] = { ...last, calls: [...last.calls, ...turn.calls] };
    } else {
      turns.push(turn);
    }
  }
  return turns;
}

async function turnOf(item: Item, field: string, names: FunctionNames, readImage: ReadImage): Promise<HistoryTurn[]> {
  switch (item.type) {
    case 'message': {
      const content = await contentOf(item.content, `${field}.content`, readImage);
      if (item.role === 'user') return [{ role: 'user', content }];
      if (item.role === 'assistant') return [{ role: 'assistant', text: textOf(content), calls: [] }];
      return [{ role: 'system', text: textOf(content) }];
    }
    case 'function_call': {
      const call = { id: item.call_id, name: names.toModel(item), input: toolArguments(item.arguments) };
      return [{ role: 'assistant', text: '', calls: [call] }];
    }
    case 'function_call_output': {
      const content = await contentOf(item.output, `${field}.output`, readImage);
      return [{ role: 'tool', id: item.call_id, name: null, content: toolResultContent(content, `${field}.output`) }];
    }
    default:
      return [];
  }
}
