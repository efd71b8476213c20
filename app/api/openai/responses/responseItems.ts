/** Reads the items of a response's input into the turns that all dialects share. */
import { z } from 'zod';
import { boundedArray, MOST } from '../../input/boundedArray';
import { documentAs } from '../../input/documentAs';
import type { HistoryToolCall, HistoryTurn } from '../../input/history';
import type { ReadImage } from '../../input/image';
import { argumentsReader, type ReadArguments } from '../../input/toolArguments';
import { joinTexts, part, toContent } from '../chat/messages';
import type { FunctionNames } from './namespaces';

const content = z.union([z.string(), boundedArray(part, MOST.parts)]).nullish();

/** What the items of this app's own responses have, which clients send back. */
const ownFields = { id: z.unknown().optional(), status: z.unknown().optional() };

const message = z.object({
  ...ownFields,
  type: z.literal('message'),
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content,
});

const functionCall = z.object({
  ...ownFields,
  type: z.literal('function_call'),
  call_id: z.string(),
  namespace: z.string().nullish(),
  name: z.string(),
  arguments: z.unknown().optional(),
});

const functionCallOutput = z.object({
  ...ownFields,
  type: z.literal('function_call_output'),
  call_id: z.string(),
  output: content,
});

/** Refers to an item of an earlier response by its id. */
const reference = z.object({ type: z.literal('item_reference'), id: z.string() });

/** Reasoning, and the results of OpenAI's own tools. They are not sent to the model. */
const other = z.object({ type: z.literal('other') });

const SUPPORTED_TYPES = new Set(['message', 'function_call', 'function_call_output', 'item_reference']);

export const inputItem = documentAs(
  z
    .looseObject({ type: z.string().nullish() })
    .transform((item) => ({ ...item, type: itemType(item) }))
    .pipe(z.discriminatedUnion('type', [message, functionCall, functionCallOutput, reference, other])),
  z.union([
    message.extend({ type: z.literal('message').nullish() }),
    functionCall,
    functionCallOutput,
    reference,
    z.looseObject({ type: z.string().meta({ not: { enum: [...SUPPORTED_TYPES] } }) }),
  ]),
);

export type InputItem = z.output<typeof inputItem>;

/** An item with its content. */
export type Item = Exclude<InputItem, { type: 'item_reference' }>;

/** Clients may omit the type of messages and references. */
function itemType(item: { readonly type?: string | null | undefined; readonly [key: string]: unknown }): string {
  const type = item.type ?? (item.role === undefined ? 'item_reference' : 'message');
  return SUPPORTED_TYPES.has(type) ? type : 'other';
}

/**
 * @param offset the number of items from earlier responses, which precede those of this request's `input`.
 * @param names the names of the request's functions.
 * @throws ChatError `invalid_request` for a part that is not supported.
 */
export async function itemsToTurns(
  items: readonly Item[],
  offset: number,
  names: FunctionNames,
  readImage: ReadImage,
): Promise<HistoryTurn[]> {
  const readArguments = argumentsReader();
  const read = items.map((item, index) => toTurn(item, `input[${index - offset}]`, names, readImage, readArguments));
  const turns: HistoryTurn[] = [];
  /** The calls of the last turn, if it is the assistant's. */
  let calls: HistoryToolCall[] | undefined;
  for (const turn of (await Promise.all(read)).flat()) {
    // In a response, each call is an item of its own; in a history, it belongs to the assistant's turn before it.
    if (turn.role === 'assistant' && turn.calls.length > 0 && calls !== undefined) {
      calls.push(...turn.calls);
    } else {
      calls = turn.role === 'assistant' ? [...turn.calls] : undefined;
      turns.push(turn.role === 'assistant' && calls !== undefined ? { ...turn, calls } : turn);
    }
  }
  return turns;
}

async function toTurn(
  item: Item,
  field: string,
  names: FunctionNames,
  readImage: ReadImage,
  readArguments: ReadArguments,
): Promise<HistoryTurn[]> {
  switch (item.type) {
    case 'message': {
      const content = await toContent(item.content, `${field}.content`, readImage);
      if (item.role === 'user') return [{ role: 'user', content }];
      if (item.role === 'assistant') return [{ role: 'assistant', text: joinTexts(content), calls: [] }];
      return [{ role: 'system', text: joinTexts(content) }];
    }
    case 'function_call': {
      const call = { id: item.call_id, name: names.toModel(item), input: readArguments(item.arguments) };
      return [{ role: 'assistant', text: '', calls: [call] }];
    }
    case 'function_call_output': {
      const content = await toContent(item.output, `${field}.output`, readImage);
      return [{ role: 'tool', id: item.call_id, name: null, content }];
    }
    default:
      return [];
  }
}
