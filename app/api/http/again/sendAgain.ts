/** Sends a captured request to the own server once more. */
import { request as httpRequest } from 'node:http';
import type { ApiKey } from '../../../shared/access/keys';
import { errorText } from '../../../shared/errorText';
import { type CapturedRequest, isRepeatable } from '../wire/wireLog';
import { AGAIN_HEADER, type Tickets } from './tickets';

export interface AgainTarget {
  /** The address that the server listens on. */
  readonly host: string;
  readonly port: number;
  readonly key: ApiKey | null;
}

/** As long as the ticket is valid. */
const ADMISSION_MS = 10_000;

/**
 * Resolves with the new request's id as soon as it is admitted; its answer is read to the end, and recorded like any other.
 * @throws Error where the server cannot be reached or does not admit it.
 */
export function sendAgain(
  captured: CapturedRequest,
  { host, port, key }: AgainTarget,
  tickets: Tickets,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const onAdmitted = (id: string) => {
      clearTimeout(timer);
      resolve(id);
    };
    const value = tickets.issue({ key, onAdmitted });
    const headers = captured.headers.flatMap(([name, text]) => (isRepeatable(name) ? [name, sendable(text)] : []));
    const body = captured.body ?? Buffer.alloc(0);
    const hasBody = body.length > 0;
    const address = isEveryAddress(host) ? '127.0.0.1' : host;
    const request = httpRequest({
      ...{
        host: address,
        port,
        path: captured.url.replaceAll('…', '%E2%80%A6'),
        method: captured.method,
        agent: false,
      },
      headers: [
        ...headers,
        ...['Host', `${address.includes(':') ? `[${address}]` : address}:${port}`, AGAIN_HEADER, value],
        ...(hasBody ? ['Content-Length', String(body.length)] : []),
      ],
    });
    const fail = (message: string) => {
      clearTimeout(timer);
      tickets.revoke(value);
      reject(new Error(message));
    };
    const timer = setTimeout(() => {
      fail('The server did not take the request within 10 s.');
      request.destroy();
    }, ADMISSION_MS);
    request.on('error', (error) => fail(`The request could not be sent: ${errorText(error)}`));
    request.on('response', (response) => {
      // Without effect where it was admitted.
      fail(`The server refused the request: ${response.statusCode}`);
      response.on('error', () => {}).resume();
    });
    request.end(body);
  });
}

/** A header's text: what was masked in it has a character that none may have. */
function sendable(text: string): string {
  return text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?');
}

function isEveryAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
