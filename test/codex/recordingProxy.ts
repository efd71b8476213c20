/** Stands between a program and the server, changes nothing, and keeps what both have said. */
import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';

export interface Exchanged {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

export interface RecordingProxy {
  readonly port: number;
  /** In the order in which the answers began. */
  readonly exchanges: readonly Exchanged[];
  close(): Promise<void>;
}

/** @param target the server's port on loopback */
export async function startRecordingProxy(target: number): Promise<RecordingProxy> {
  const exchanges: Exchanged[] = [];
  const server = createServer(async (asked, answer) => {
    const { method = 'GET', url: path = '/', headers } = asked;
    const body = await readText(asked).catch(() => '');
    const passedOn = request({ host: '127.0.0.1', port: target, method, path, headers }, (answered) => {
      const { statusCode: status = 502 } = answered;
      exchanges.push({ method, path, body, status, headers: answered.headers });
      answer.writeHead(status, answered.headers);
      answered.pipe(answer);
    });
    passedOn.on('error', () => answer.destroy());
    answer.on('close', () => passedOn.destroy());
    passedOn.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    exchanges,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
