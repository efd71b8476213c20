/** Checks an answer without knowing the request's body: its status, its form and its dialect. */
import { z } from 'zod';
import type { Answer } from './send';

export type ExpectedDialect = 'ollama' | 'openai' | 'anthropic';

/** The dialect that clients expect at the path; written independently of the app's own rule, which it checks. */
export function expectedDialect(pathname: string, headers: Readonly<Record<string, unknown>> = {}): ExpectedDialect {
  const normalized = pathname.replaceAll(/\/+/g, '/').replace(/^(\/v1|\/api)\1(?=\/|$)/, '$1');
  if (/^(\/v1)?\/messages(\/|$)/.test(normalized)) return 'anthropic';
  // Anthropic's clients send this header with every request; OpenAI's endpoints stay OpenAI's.
  const isShared = /^\/(v1|models)(\/|$)/.test(normalized) && !OPENAI_ENDPOINT.test(normalized);
  if (headers['anthropic-version'] !== undefined && isShared) return 'anthropic';
  if (/^\/api\/v0(\/|$)/.test(normalized)) return 'openai';
  return normalized === '/' || /^\/api(\/|$)/.test(normalized) ? 'ollama' : 'openai';
}

const OPENAI_ENDPOINT = /^\/v1\/(chat|completions|responses|embeddings)(\/|$)/;

/** The message of the mocked Messages API's errors, by which the checks tell them from errors of the app itself. */
export const BROKEN = 'broken off by the mock';

/** The parts of a request that decide which answers are allowed. */
export interface RequestTraits {
  readonly method: string;
  readonly pathname: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** The faults of the answer, a sentence each. */
export function answerFaults(traits: RequestTraits, answer: Answer): string[] {
  const { status, headers, text } = answer;
  const dialect = expectedDialect(traits.pathname, traits.headers);
  if (status >= 500 && !text.includes(BROKEN)) return [`it is ${status}: ${text.slice(0, 300)}`];
  if (typeof headers['x-request-id'] !== 'string') return ['it has no id'];
  if (traits.method === 'HEAD' || status === 204) {
    return text === '' ? [] : ['it has a body where there may be none'];
  }
  if (status >= 400) return refusalFaults(dialect, answer);
  return status === 200 ? successFaults(answer) : [`its status is ${status}`];
}

const nonEmpty = z.string().min(1);

const REFUSALS: Readonly<Record<ExpectedDialect, z.ZodType>> = {
  ollama: z.strictObject({ error: nonEmpty }),
  openai: z.strictObject({
    error: z.strictObject({ message: nonEmpty, type: nonEmpty, param: nonEmpty.nullable(), code: nonEmpty.nullable() }),
  }),
  anthropic: z.strictObject({
    type: z.literal('error'),
    error: z.strictObject({ type: nonEmpty, message: nonEmpty, details: z.looseObject({}).optional() }),
    request_id: z.string().regex(/^req_/),
  }),
};

/** The error type of a status; all others below 500 are `invalid_request_error`. */
const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
};

function refusalFaults(dialect: ExpectedDialect, { status, headers, text }: Answer): string[] {
  const faults: string[] = [];
  if (headers['content-type'] !== 'application/json; charset=utf-8')
    faults.push(`its type is ${headers['content-type']}`);
  if (status < 500 && headers['x-should-retry'] !== 'false') faults.push('clients would retry it');
  const body = parsed(text);
  const { success, error } = REFUSALS[dialect].safeParse(body);
  if (!success) return [...faults, `it is no error of ${dialect}'s: ${text.slice(0, 200)} (${z.prettifyError(error)})`];
  if (dialect === 'ollama') return faults;
  const { type } = z.object({ error: z.looseObject({ type: z.string() }) }).parse(body).error;
  const tooLarge = dialect === 'anthropic' && status === 413 ? 'request_too_large' : 'invalid_request_error';
  if (status >= 500) return type === 'api_error' ? faults : [...faults, `it is ${status} and says ${type}`];
  return type === (TYPES[status] ?? tooLarge) ? faults : [...faults, `it is ${status} and says ${type}`];
}

function successFaults({ headers, text }: Answer): string[] {
  const type = String(headers['content-type']);
  if (type.startsWith('application/json'))
    return parsed(text) === undefined ? ['it says that it is JSON and is none'] : [];
  if (type === 'application/x-ndjson') return linesFaults(text);
  if (type === 'text/event-stream') return eventsFaults(text);
  return type.startsWith('text/') ? [] : [`its type is ${type}`];
}

const lastLine = z.union([
  z.looseObject({ done: z.literal(true) }),
  z.strictObject({ status: z.literal('success') }),
  REFUSALS.ollama,
]);

function linesFaults(text: string): string[] {
  const lines = text.split('\n');
  if (lines.pop() !== '') return ['its last line does not end'];
  const values = lines.map(parsed);
  if (values.includes(undefined)) return ['one of its lines is no JSON'];
  return lastLine.safeParse(values.at(-1)).success ? [] : [`it breaks off with ${lines.at(-1)?.slice(0, 200)}`];
}

/** The last event of a complete stream, or of one that failed. */
const lastEvent = z.union([
  REFUSALS.openai,
  REFUSALS.anthropic,
  z.looseObject({ type: z.enum(['message_stop', 'response.completed', 'response.incomplete', 'response.failed']) }),
]);

function eventsFaults(text: string): string[] {
  const events = text.split('\n\n');
  if (events.pop() !== '') return ['its last event does not end'];
  const data = events
    .filter((event) => !event.startsWith(':'))
    .map((event) => event.replace(/^(event: .*\n)?data: /, ''));
  if (data.at(-1) === '[DONE]') return data.slice(0, -1).map(parsed).includes(undefined) ? ['an event is no JSON'] : [];
  if (data.map(parsed).includes(undefined)) return ['one of its events is no JSON'];
  return lastEvent.safeParse(parsed(data.at(-1) ?? '')).success
    ? []
    : [`it breaks off with ${data.at(-1)?.slice(0, 200)}`];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
