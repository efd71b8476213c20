/** Reads a call's arguments from a history: an object, or its JSON text. Dialects differ here, and clients mix the two. */
import { ChatError } from '../../chat/errors';
import { createJsonScanner } from '../http/body/jsonScanner';

/**
 * The arguments as an object. A value that is not one goes under `arguments`: the model wrote it, and must see what it wrote.
 * @throws ChatError `too_large` where the arguments of all calls together are more than a model writes.
 */
export type ReadArguments = (value: unknown) => Readonly<Record<string, unknown>>;

/** The most texts, keys, arrays and objects in the JSON texts of all calls of one request. */
const MOST_PARTS = 200_000;

/** Deeper arguments are passed on as text: the code behind this recurses. */
const MOST_LEVELS = 500;

/** A reader for one request: it bounds how much JSON is parsed. */
export function argumentsReader(): ReadArguments {
  let partsLeft = MOST_PARTS;
  const parse = (text: string): unknown => {
    if (text.trim() === '') return {};
    const scanner = createJsonScanner({ depth: MOST_LEVELS, parts: partsLeft, values: MOST_PARTS });
    const excess = scanner.push(Buffer.from(text));
    if (excess === 'depth') return text;
    if (excess !== undefined)
      throw new ChatError('too_large', 'the arguments of the calls in the history are too long');
    partsLeft -= scanner.parts;
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  };
  return (value) => {
    const parsed = typeof value === 'string' ? parse(value) : (value ?? {});
    return isObject(parsed) ? parsed : { arguments: value };
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
