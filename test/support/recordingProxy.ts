/** A proxy between a client and the server that changes nothing and records their exchanges. */
import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';

export interface ProxiedExchange {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

export interface RecordingProxy {
  readonly port: number;
  /** In the order in which the answers started. */
  readonly exchanges: ProxiedExchange[];
  close(): Promise<void>;
}

/** @param target the server's port on loopback */
export async function startRecordingProxy(target: number): Promise<RecordingProxy> {
  const exchanges: ProxiedExchange[] = [];
  const server = createServer(async (incoming, answer) => {
    const { method = 'GET', url: path = '/', headers } = incoming;
    const body = await readText(incoming).catch(() => '');
    const forwarded = request({ host: '127.0.0.1', port: target, method, path, headers }, (received) => {
      const { statusCode: status = 502 } = received;
      exchanges.push({ method, path, body, status, headers: received.headers });
      answer.writeHead(status, received.headers);
      received.pipe(answer);
    });
    forwarded.on('error', () => answer.destroy());
    answer.on('close', () => forwarded.destroy());
    forwarded.end(body);
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
