/**
 * What a server of this process has answered over HTTP, written down as it left: for checks of whole answers (test/specs). It listens
 * to what Node tells of its own servers, so that neither the app nor a client is any different for it.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import fs from 'node:fs';
import { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { z } from 'zod';

const RecordedExchange = z.object({
  method: z.string(),
  /** Without the query. */
  path: z.string(),
  status: z.number(),
  /** Without its parameters; '' where there was none. */
  contentType: z.string(),
  body: z.string(),
  /** Not where the client hung up. */
  complete: z.boolean(),
});

export type RecordedExchange = z.output<typeof RecordedExchange>;

/** Writes every answer of the server on this port to a file in the folder. @returns what ends that. */
export function recordTraffic(port: number, folder: string): () => void {
  const file = path.join(folder, `${process.pid}-${port}.ndjson`);
  const listen = (event: unknown) => {
    const { request, response } = RequestStart.parse(event);
    if (request.socket.localPort !== port) return;
    const bodyOf = collect(response);
    response.once('close', () => {
      const answer: RecordedExchange = {
        method: request.method ?? '',
        path: (request.url ?? '').split('?')[0] ?? '',
        status: response.statusCode,
        contentType: String(response.getHeader('content-type') ?? '').split(';')[0] ?? '',
        body: bodyOf(),
        complete: response.writableFinished,
      };
      fs.appendFileSync(file, `${JSON.stringify(answer)}\n`);
    });
  };
  subscribe('http.server.request.start', listen);
  return () => void unsubscribe('http.server.request.start', listen);
}

/** All that was written to files in the folder. */
export function readTraffic(folder: string): RecordedExchange[] {
  const files = fs.readdirSync(folder).map((name) => fs.readFileSync(path.join(folder, name), 'utf8'));
  return files.flatMap((text) => text.trimEnd().split('\n')).map((line) => RecordedExchange.parse(JSON.parse(line)));
}

const RequestStart = z.object({ request: z.instanceof(IncomingMessage), response: z.instanceof(ServerResponse) });

/** What is written to the response from now on. */
function collect(response: ServerResponse): () => string {
  const chunks: Buffer[] = [];
  const keep = (chunk: unknown) => {
    if (typeof chunk === 'string') chunks.push(Buffer.from(chunk));
    else if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  };
  const kept = <Write extends (...args: never[]) => unknown>(write: Write): Write =>
    new Proxy(write, {
      apply(target, self, args) {
        keep(args[0]);
        return Reflect.apply(target, self, args);
      },
    });
  response.write = kept(response.write);
  response.end = kept(response.end);
  return () => Buffer.concat(chunks).toString();
}
