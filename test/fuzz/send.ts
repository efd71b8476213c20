/** One request as bytes, over node's own client where that will send it, and over a bare socket where it will not. */
import { type Agent, type OutgoingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';

export interface HttpAttempt {
  readonly kind: 'http';
  readonly method: string;
  /** As it stands in the request's first line. */
  readonly target: string;
  readonly headers: OutgoingHttpHeaders;
  /** Sent in these pieces, chunked where `headers` name no length. */
  readonly body: readonly Buffer[];
}

/** What is no HTTP: the client hangs up behind it. */
export interface RawAttempt {
  readonly kind: 'raw';
  readonly bytes: Buffer;
}

export interface Answer {
  /** 0 where there was none. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** @throws where the connection breaks, or there is no answer within `timeMs`. */
export function sendHttp(port: number, attempt: HttpAttempt, agent: Agent, timeMs: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method, target: path, headers, body } = attempt;
    const asked = request({ host: '127.0.0.1', port, method, path, headers, agent, timeout: timeMs });
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${timeMs / 1000} s`)));
    asked.on('error', reject);
    asked.on('response', (response) => {
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
    for (const piece of body) asked.write(piece);
    asked.end();
  });
}

/** Resolves with whatever came back, also where the server only hung up. */
export function sendRaw(port: number, { bytes }: RawAttempt, timeMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
    socket.setTimeout(timeMs, () => socket.destroy());
    socket.on('data', (chunk) => chunks.push(chunk));
    // A server that refuses what it was sent may cut the connection.
    socket.on('error', () => {});
    socket.on('close', () => {
      const text = Buffer.concat(chunks).toString();
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), headers: {}, text });
    });
  });
}
