/**
 * Open WebUI in its legacy mode has the model choose tools by a question of its own, and reads the choice out of the text of the
 * answer: a JSON object, its calls under `tool_calls`, each with `name` and `parameters`. Anything else it drops without a word.
 * So that answer, and no other, is put in that form here (context/TOOL_FIXES.md).
 */
import type { Wire } from '../dialect';

/** The same wire, for the answer to a question that `isToolSelectionTask` knows; that is never streamed. */
export function toolSelectionWire(wire: Wire): Wire {
  return {
    ...wire,
    completeBody: (answer, others) => wire.completeBody({ ...answer, text: toToolCallsJson(answer.text) }, others),
  };
}

/** The calls that the text holds, however the model wrote them, as the one JSON object that Open WebUI reads; `{"tool_calls":[]}` where there are none. */
export function toToolCallsJson(text: string): string {
  return JSON.stringify({ tool_calls: [...values(text)].flatMap(callsIn) });
}

interface SelectedCall {
  readonly name: string;
  readonly parameters: object;
}

function callsIn(value: unknown): SelectedCall[] {
  if (Array.isArray(value)) return value.flatMap(callsIn);
  if (!isObject(value)) return [];
  const list = value.tool_calls ?? value.tools;
  if (Array.isArray(list)) return list.flatMap(callsIn);
  if (isObject(value.function)) return callsIn(value.function);
  if (typeof value.name !== 'string' || value.name === '') return [];
  return [{ name: value.name, parameters: argumentsOf(value.parameters ?? value.arguments ?? value.input) }];
}

function argumentsOf(value: unknown): object {
  const given = typeof value === 'string' ? parse(value) : value;
  return isObject(given) ? given : {};
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Beyond so many that do not parse, the text is taken for prose. */
const MOST_FALSE_STARTS = 50;

/** The JSON objects and arrays in the text, outermost first, whatever stands around them. */
function* values(text: string): Generator<unknown> {
  let falseStarts = 0;
  for (let at = 0; at < text.length && falseStarts < MOST_FALSE_STARTS; at += 1) {
    if (text[at] !== '{' && text[at] !== '[') continue;
    const end = endOf(text, at);
    const value = end === null ? undefined : parse(text.slice(at, end));
    if (value === undefined) {
      falseStarts += 1;
    } else {
      yield value;
      at = (end ?? at) - 1;
    }
  }
}

/** Behind the bracket that closes the one at `start`; null where none does. */
function endOf(text: string, start: number): number | null {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at += 1) {
    const sign = text[at] ?? '';
    if (quoted) {
      if (sign === '\\') at += 1;
      else if (sign === '"') quoted = false;
    } else if (sign === '"') {
      quoted = true;
    } else if (sign === '{' || sign === '[') {
      depth += 1;
    } else if (sign === '}' || sign === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
