/** Compares what two processes have sent to the API. */
import type { RawRequest } from '../loopback/loopbackApi';

/** Differ from process to process or from request to request, and tell nothing about the conversation. */
const OWN_HEADERS = new Set(['content-length', 'x-client-request-id']);
const SESSION_HEADER = 'x-claude-code-session-id';

/** Says what differs, as the end of a sentence; undefined where the requests are the same byte for byte. */
export function firstDifference(actual: readonly RawRequest[], expected: readonly RawRequest[]): string | undefined {
  if (actual.length !== expected.length) return `sent ${actual.length} requests in place of ${expected.length}`;
  for (const [index, request] of actual.entries()) {
    const [one, other] = [normalize(request), normalize(expected[index] ?? request)];
    if (one.url !== other.url) return `sent request ${index + 1} to another address`;
    const header = one.headers.find((line, position) => line !== other.headers[position]);
    if (header !== undefined) return `sent another header with request ${index + 1}: ${header.split(':')[0]}`;
    if (one.headers.length !== other.headers.length) return `sent fewer headers with request ${index + 1}`;
    if (one.body !== other.body) return `sent another body with request ${index + 1}, ${excerpt(one.body, other.body)}`;
  }
  return undefined;
}

const TEXT_MESSAGE = /"role":"user","content":("(?:[^"\\]|\\.)*")/g;

/**
 * The body with each of the user's messages that is a plain text in the form of one block, which is the same to the API: the CLI sends texts
 * that were appended without a turn as such. Within a text of the body there is no quotation mark without a backslash.
 */
export function textsAsBlocks(body: string): string {
  return body.replaceAll(TEXT_MESSAGE, '"role":"user","content":[{"type":"text","text":$1}]');
}

/** The request with its session's id replaced, which the CLI sends in a header and in the body. */
function normalize({ url, headers: raw, body }: RawRequest) {
  const headers: string[] = [];
  let session: string | undefined;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]?.toLowerCase() ?? '';
    const value = raw[index + 1] ?? '';
    if (name === SESSION_HEADER) session = value;
    headers.push(name === SESSION_HEADER || OWN_HEADERS.has(name) ? `${name}: *` : `${name}: ${value}`);
  }
  return { url, headers, body: session ? body.replaceAll(session, '*') : body };
}

function excerpt(actual: string, expected: string): string {
  let at = 0;
  while (at < actual.length && actual[at] === expected[at]) at += 1;
  return `from ${JSON.stringify(actual.slice(Math.max(0, at - 20), at + 20))} on`;
}
