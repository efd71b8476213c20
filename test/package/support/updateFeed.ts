/** The server that an app gets its updates from, in tests: the lists as electron-builder has written them, signed as a release signs them. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

const updateKeys = generateKeyPairSync('ed25519');
/** As a package has it. */
export const updateKey = updateKeys.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');

/** The list for this system. */
export const LIST = `latest-linux${process.arch === 'x64' ? '' : `-${process.arch}`}.yml`;

/** The packages of a version. */
export interface BuiltVersion {
  readonly deb: string;
  readonly appImage: string;
  /** Both. */
  readonly files: readonly string[];
  /** The list that electron-builder writes for updates. */
  readonly list: string;
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface UpdateFeed {
  readonly url: string;
  /** The headers of all requests. */
  readonly headers: readonly NodeJS.Dict<string | string[]>[];
  /** How much of a file was sent since it was published, in bytes. */
  sentOf(name: string): number;
  /**
   * Publishes a version, and nothing else.
   * @param change changes the list before it is signed
   * @param key signs the list in the place of the makers' key
   */
  publish(version: BuiltVersion, change?: (list: string) => string, key?: KeyObject): void;
  /** Answers requests for a name in another way until the next version is published. What was published stays below moved/. */
  answer(name: string, answer: Answer): void;
  close(): Promise<void>;
}

export async function startUpdateFeed(): Promise<UpdateFeed> {
  const published = new Map<string, Answer>();
  const answers = new Map<string, Answer>();
  const sent = new Map<string, number>();
  const headers: NodeJS.Dict<string | string[]>[] = [];
  const server = createServer((request, response) => {
    headers.push(request.headers);
    const name = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname.slice(1));
    const answer = answers.get(name) ?? published.get(name.replace(/^moved\//, ''));
    if (answer) answer(request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/`,
    headers,
    sentOf: (name) => sent.get(name) ?? 0,
    publish: ({ list, files }, change = (text) => text, key = updateKeys.privateKey) => {
      for (const map of [published, answers, sent]) map.clear();
      const text = change(readFileSync(list, 'utf8'));
      const signature = sign(null, Buffer.from(text), key).toString('base64');
      published.set(LIST, (_request, response) => response.end(text));
      published.set(`${LIST}.sig`, (_request, response) => response.end(`${signature}\n`));
      for (const file of files) {
        const name = path.basename(file);
        published.set(name, (request, response) => {
          sent.set(name, (sent.get(name) ?? 0) + sendFile(file, request, response));
        });
      }
    },
    answer: (name, answer) => answers.set(name, answer),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Sends the file, or the one range that is asked for. @returns how many bytes */
function sendFile(file: string, { headers }: IncomingMessage, response: ServerResponse): number {
  const { size } = statSync(file);
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
  const [start, end] = [Number(from ?? 0), Number(to ?? size - 1)];
  const length = end - start + 1;
  const range = from === undefined ? {} : { 'content-range': `bytes ${start}-${end}/${size}` };
  response.writeHead(from === undefined ? 200 : 206, { 'content-length': length, 'accept-ranges': 'bytes', ...range });
  createReadStream(file, { start, end }).pipe(response);
  return length;
}

/** No such file. */
export const notFound: Answer = (_request, response) => response.writeHead(404).end();

/** Sends data for as long as the client takes them. */
export const endless: Answer = (_request, response) => {
  const some = Buffer.alloc(100_000, 'x');
  const send = () => {
    while (response.write(some));
  };
  response.writeHead(200).on('drain', send);
  send();
};

/** Breaks off in the middle of a file. */
export const breaksOff: Answer = (_request, response) => {
  response.writeHead(200, { 'content-length': 2_000_000 }).write(Buffer.alloc(1_000_000), () => response.destroy());
};

/** Never answers. */
export const silent: Answer = () => {};

/** Sends the client to another address. */
export const redirectTo =
  (location: string): Answer =>
  (_request, response) =>
    response.writeHead(302, { location }).end();

/** The SHA-512 of a file, as a list has it. */
export const sha512Of = (file: string) => createHash('sha512').update(readFileSync(file)).digest('base64');
