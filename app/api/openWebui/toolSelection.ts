/**
 * Open WebUI's legacy mode sends a request of its own in which the model chooses tools, and reads the calls from the answer's
 * text: a JSON object with `tool_calls`, each with `name` and `parameters`. It silently ignores any other form, so the answer to
 * such a request, and to no other, is brought into that form here (context/TOOL_FIXES.md).
 */
import type { Wire } from '../dialect';

/** The wire for the answer to a request that `isToolSelectionTask` recognizes; such a request is never streamed. */
export function toolSelectionWire(wire: Wire): Wire {
  return {
    ...wire,
    completeBody: (answer, others) => wire.completeBody({ ...answer, text: toToolCallsJson(answer.text) }, others),
  };
}

/**
 * Finds the calls in the text, in any of the common forms, and writes them as the JSON object that Open WebUI reads;
 * `{"tool_calls":[]}` if there are none.
 */
export function toToolCallsJson(text: string): string {
  return JSON.stringify({ tool_calls: [...jsonValues(text)].flatMap(callsIn) });
}

/** A call in the form that Open WebUI reads. */
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
  return [{ name: value.name, parameters: toParameters(value.parameters ?? value.arguments ?? value.input) }];
}

function toParameters(value: unknown): object {
  const parameters = typeof value === 'string' ? parse(value) : value;
  return isObject(parameters) ? parameters : {};
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** After this many brackets that do not begin a JSON value, the rest of the text is not searched: it is prose. */
const MAX_FALSE_STARTS = 50;

/** The outermost JSON objects and arrays in the text, in order, with any other text around them. */
function* jsonValues(text: string): Generator<unknown> {
  let falseStarts = 0;
  for (let at = 0; at < text.length && falseStarts < MAX_FALSE_STARTS; at += 1) {
    if (text[at] !== '{' && text[at] !== '[') continue;
    const end = closingIndex(text, at);
    const value = end === null ? undefined : parse(text.slice(at, end));
    if (value === undefined) {
      falseStarts += 1;
    } else {
      yield value;
      at = (end ?? at) - 1;
    }
  }
}

/** The index behind the bracket that closes the one at `start`; null where there is none. */
function closingIndex(text: string, start: number): number | null {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (quoted) {
      if (char === '\\') at += 1;
      else if (char === '"') quoted = false;
    } else if (char === '"') {
      quoted = true;
    } else if (char === '{' || char === '[') {
      depth += 1;
    } else if (char === '}' || char === ']') {
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
