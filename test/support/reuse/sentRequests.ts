/** Requests of the CLI, to be compared byte for byte. */
import type { RecordedCall } from '../messagesApi';

export interface SentRequest {
  readonly url: string;
  /** A line for each, in their order. */
  readonly headers: string;
  readonly body: string;
}

const SESSION_HEADER = 'x-claude-code-session-id';
/** Differ from request to request, and tell nothing about the conversation. */
const VARYING_HEADERS = new Set(['content-length', 'x-client-request-id', SESSION_HEADER]);

/** The request with the ids that each process has of its own replaced. */
export function comparable({ path, rawHeaders, rawBody, headers }: RecordedCall): SentRequest {
  const lines: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? '';
    lines.push(`${name}: ${VARYING_HEADERS.has(name) ? '*' : rawHeaders[index + 1]}`);
  }
  const session = headers[SESSION_HEADER];
  return {
    url: path,
    headers: lines.join('\n'),
    body: typeof session === 'string' ? rawBody.replaceAll(session, '*') : rawBody,
  };
}

/** Says where the requests differ; empty where they are the same byte for byte. */
export function differences(actual: readonly SentRequest[], expected: readonly SentRequest[] = []): string[] {
  if (actual.length !== expected.length) return [`${actual.length} requests, not ${expected.length}`];
  return actual.flatMap((request, index) => {
    const other = expected[index] ?? request;
    const all = [
      ...valueDifferences(request.url, other.url, 'url'),
      ...valueDifferences(request.headers.split('\n'), other.headers.split('\n'), 'headers'),
      ...valueDifferences(JSON.parse(request.body), JSON.parse(other.body), 'body'),
    ];
    if (all.length === 0 && request.body !== other.body) all.push('body: the same values in another order');
    return all.map((difference) => `request ${index + 1}, ${difference}`);
  });
}

function valueDifferences(actual: unknown, expected: unknown, path: string): string[] {
  if (isObject(actual) && isObject(expected)) {
    const keys = new Set([...Object.keys(actual), ...Object.keys(expected)]);
    return [...keys].flatMap((key) => valueDifferences(actual[key], expected[key], `${path}.${key}`));
  }
  if (actual === expected) return [];
  const [one, other] = [actual, expected].map((value) => JSON.stringify(value)?.slice(0, 300));
  return [`${path}: ${one}, not ${other}`];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
