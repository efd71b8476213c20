/** Requests as a HAR 1.2 file, the form that the developer tools of browsers read. */
import type { CapturedRequest } from '../../api/http/wire/wireLog';
import type { RequestDetails, WireSide } from '../../shared/contract';

export interface HarRequest {
  readonly details: RequestDetails;
  /** null where it is not known any more: then the entry has neither headers nor bodies. */
  readonly captured: CapturedRequest | null;
}

/** @param serverUrl `http://127.0.0.1:22434` @param version the app's */
export function harText(requests: readonly HarRequest[], serverUrl: string, version: string): string {
  const entries = requests.map((request) => entryOf(request, serverUrl));
  return JSON.stringify({ log: { version: '1.2', creator: { name: 'Claudacity', version }, entries } }, null, 2);
}

function entryOf({ details, captured }: HarRequest, serverUrl: string) {
  const { at, durationMs, outcome, error } = details;
  const comments = [
    `outcome: ${outcome}`,
    ...(error === null ? [] : [error]),
    ...(captured === null ? ['headers and bodies are not kept any more'] : []),
  ];
  return {
    startedDateTime: new Date(at).toISOString(),
    time: durationMs ?? 0,
    request: requestOf(details, captured, serverUrl),
    response: responseOf(details, captured),
    cache: {},
    timings: timingsOf(details),
    comment: comments.join('; '),
    _id: details.id,
    _client: details.client,
    ...(details.resolvedModel !== null && { _model: details.resolvedModel }),
    ...(details.conversation !== null && { _conversation: details.conversation }),
  };
}

function requestOf(details: RequestDetails, captured: CapturedRequest | null, serverUrl: string) {
  const url = serverUrl + (captured?.url ?? details.path);
  const side = captured?.wire.request;
  const mimeType = headerOf(side, 'content-type') ?? 'application/json';
  return {
    method: captured?.method ?? details.method,
    url,
    httpVersion: `HTTP/${captured?.httpVersion ?? '1.1'}`,
    cookies: [],
    headers: headersOf(side),
    queryString: [...new URL(url).searchParams].map(([name, value]) => ({ name, value })),
    ...(side?.body && { postData: { mimeType, params: [], text: side.body, ...cutNote(side) } }),
    headersSize: -1,
    bodySize: side?.bytes ?? -1,
  };
}

function responseOf(details: RequestDetails, captured: CapturedRequest | null) {
  const side = captured?.wire.response;
  const mimeType = headerOf(side, 'content-type') ?? '';
  return {
    status: captured?.status ?? details.status ?? 0,
    statusText: captured?.statusText ?? '',
    httpVersion: `HTTP/${captured?.httpVersion ?? '1.1'}`,
    cookies: [],
    headers: headersOf(side),
    content: { size: side?.bytes ?? 0, mimeType, ...(side?.body && { text: side.body, ...cutNote(side) }) },
    redirectURL: headerOf(side, 'location') ?? '',
    headersSize: -1,
    bodySize: side?.bytes ?? -1,
  };
}

/** Their sum is the entry's time. */
function timingsOf({ queueMs, firstTokenMs, durationMs }: RequestDetails) {
  const total = durationMs ?? 0;
  const blocked = Math.min(queueMs ?? 0, total);
  const first = Math.min(Math.max(firstTokenMs ?? total, blocked), total);
  return { blocked, dns: -1, connect: -1, ssl: -1, send: 0, wait: first - blocked, receive: total - first };
}

function headersOf(side: WireSide | undefined) {
  return (side?.headers ?? []).map(([name, value]) => ({ name, value }));
}

function headerOf(side: WireSide | undefined, wanted: string): string | undefined {
  return side?.headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
}

function cutNote({ truncated, bytes }: WireSide) {
  return truncated ? { comment: `the start of ${bytes} bytes` } : {};
}
