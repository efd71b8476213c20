/** Sends one request: with Node's HTTP client, or over a bare socket if the client would refuse to send it. */
import { type Agent, type OutgoingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';

export interface HttpAttempt {
  readonly kind: 'http';
  readonly method: string;
  /** Path and query, as written in the request line. */
  readonly target: string;
  readonly headers: OutgoingHttpHeaders;
  /** Sent in these pieces; chunked if `headers` has no length. */
  readonly body: readonly Buffer[];
}

/** Bytes that are not valid HTTP; the connection is closed after them. */
export interface RawAttempt {
  readonly kind: 'raw';
  readonly bytes: Buffer;
}

export interface Answer {
  /** 0 if there was no answer. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** @throws if the connection breaks, or there is no complete answer within `timeMs`. */
export function sendHttp(port: number, attempt: HttpAttempt, agent: Agent, timeMs: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method, target: path, headers, body } = attempt;
    const outgoing = request({ host: '127.0.0.1', port, method, path, headers, agent, timeout: timeMs });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${timeMs / 1000} s`)));
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        });
      });
    });
    for (const piece of body) outgoing.write(piece);
    outgoing.end();
  });
}

/** Resolves with all bytes received until the connection is closed. */
export function sendRaw(port: number, { bytes }: RawAttempt, timeMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
    socket.setTimeout(timeMs, () => socket.destroy());
    socket.on('data', (chunk) => chunks.push(chunk));
    // A server that refuses the bytes may reset the connection.
    socket.on('error', () => {});
    socket.on('close', () => {
      const text = Buffer.concat(chunks).toString();
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), headers: {}, text });
    });
  });
}
