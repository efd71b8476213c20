/** Sends HTTP requests that `fetch` and client packages refuse to send: any Host, any Origin, any body. */
import { type OutgoingHttpHeaders, request } from 'node:http';

/** An answer with its whole body as text. */
export interface HttpAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  text: string;
}

/** What to send besides the URL. */
export interface SendOptions {
  /** Default GET, or POST where there is a body. */
  method?: string;
  headers?: OutgoingHttpHeaders;
  body?: string | Buffer;
}

/** Sends one request on a new connection. @throws if the connection fails */
export function send(url: string, { method, headers = {}, body }: SendOptions = {}): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: method ?? (body === undefined ? 'GET' : 'POST'), headers, agent: false });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    outgoing.end(body);
  });
}
