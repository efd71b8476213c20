/**
 * Records the HTTP answers of a server in this process, so that test/specs can check them against the published API
 * descriptions. It subscribes to Node's diagnostics channel, so that neither the app nor the client has to be changed.
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
  /** Without its parameters; '' where the answer had none. */
  contentType: z.string(),
  body: z.string(),
  /** False where the connection was closed before the whole answer was sent. */
  complete: z.boolean(),
});

/** A request and its answer, one line of a recording. */
export type RecordedExchange = z.output<typeof RecordedExchange>;

/** Appends every answer of the server on this port to a file in the folder. @returns a function that stops recording */
export function recordTraffic(port: number, folder: string): () => void {
  const file = path.join(folder, `${process.pid}-${port}.ndjson`);
  const onRequest = (event: unknown) => {
    const { request, response } = RequestStart.parse(event);
    if (request.socket.localPort !== port) return;
    const body = captureBody(response);
    response.once('close', () => {
      const answer: RecordedExchange = {
        method: request.method ?? '',
        path: (request.url ?? '').split('?')[0] ?? '',
        status: response.statusCode,
        contentType: String(response.getHeader('content-type') ?? '').split(';')[0] ?? '',
        body: body(),
        complete: response.writableFinished,
      };
      fs.appendFileSync(file, `${JSON.stringify(answer)}\n`);
    });
  };
  subscribe('http.server.request.start', onRequest);
  return () => void unsubscribe('http.server.request.start', onRequest);
}

/** Reads all recordings in the folder. @throws where one has another form */
export function readTraffic(folder: string): RecordedExchange[] {
  const files = fs.readdirSync(folder).map((name) => fs.readFileSync(path.join(folder, name), 'utf8'));
  return files.flatMap((text) => text.trimEnd().split('\n')).map((line) => RecordedExchange.parse(JSON.parse(line)));
}

const RequestStart = z.object({ request: z.instanceof(IncomingMessage), response: z.instanceof(ServerResponse) });

/** Captures what is written to the response from now on. @returns a function that gives the text so far */
function captureBody(response: ServerResponse): () => string {
  const chunks: Buffer[] = [];
  const addChunk = (chunk: unknown) => {
    if (typeof chunk === 'string') chunks.push(Buffer.from(chunk));
    else if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  };
  const captured = <Write extends (...args: never[]) => unknown>(write: Write): Write =>
    new Proxy(write, {
      apply(target, self, args) {
        addChunk(args[0]);
        return Reflect.apply(target, self, args);
      },
    });
  response.write = captured(response.write);
  response.end = captured(response.end);
  return () => Buffer.concat(chunks).toString();
}
