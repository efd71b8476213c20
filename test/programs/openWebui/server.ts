/** A server of Open WebUI without accounts, whose only connection is the one that a case gives it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { removeFolder, scratchFolder } from '../../support/cli';

/** The first start creates the database and imports the packages of a whole machine-learning stack. */
const START_MS = 5 * 60_000;
const CALL_MS = 30_000;

/** As an administrator chooses it under Settings → Connections. */
export type Connection = 'Ollama' | 'Chat Completions' | 'Responses';

export interface OpenWebuiServer {
  /** `http://127.0.0.1:…` */
  readonly url: string;
  /** Makes the app at this port of loopback the only connection. */
  connect(connection: Connection, port: number): Promise<void>;
  /** Calls Open WebUI's API as the administrator. @throws Error if it refuses */
  call(method: 'GET' | 'POST', route: string, body?: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

/** @param command the path of `open-webui`. @throws Error with the server's output if it does not start */
export async function startServer(command: string): Promise<OpenWebuiServer> {
  const home = await scratchFolder();
  const port = await availablePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(command, ['serve', '--host', '127.0.0.1', '--port', String(port)], {
    cwd: home,
    env: variables(home),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-20_000);
    });
  }
  const exited = once(child, 'exit').catch(() => {});
  const stop = async () => {
    if (child.pid !== undefined && child.exitCode === null) {
      child.kill('SIGKILL');
      await exited;
    }
    await removeFolder(home);
  };
  try {
    await listens(url, () => child.pid !== undefined && child.exitCode === null);
    const token = await signIn(url);
    const call: OpenWebuiServer['call'] = (method, route, body) => request(url, token, method, route, body);
    return { url, call, connect: (connection, target) => connect(call, connection, target), stop };
  } catch (error) {
    await stop();
    throw new Error(`Open WebUI does not start: ${error}\n${output.slice(-3_000)}`);
  }
}

function variables(home: string): Record<string, string | undefined> {
  return {
    PATH: process.env.PATH,
    HOME: home,
    LANG: 'C.UTF-8',
    DATA_DIR: path.join(home, 'data'),
    WEBUI_SECRET_KEY: 'any',
    WEBUI_AUTH: 'False',
    // Nothing is fetched: no model for embeddings, no newer version.
    OFFLINE_MODE: 'True',
    RAG_EMBEDDING_ENGINE: 'openai',
    ENABLE_OLLAMA_API: 'False',
    ENABLE_OPENAI_API: 'False',
    // Else a model that chooses among the others stands in the list.
    ENABLE_EVALUATION_ARENA_MODELS: 'False',
    ANONYMIZED_TELEMETRY: 'False',
    DO_NOT_TRACK: 'True',
  };
}

async function availablePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

async function listens(url: string, isAlive: () => boolean): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    if (!isAlive()) throw new Error('it has ended');
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(CALL_MS) }).catch(() => undefined);
    if (response?.ok) return;
    await sleep(250);
  }
  throw new Error(`it does not listen after ${START_MS} ms`);
}

/** Without accounts, whoever signs in is the administrator. */
async function signIn(url: string): Promise<string> {
  const body = { email: '', password: '' };
  const answer = z.object({ token: z.string() });
  return answer.parse(await request(url, undefined, 'POST', '/api/v1/auths/signin', body)).token;
}

async function request(url: string, token: string | undefined, method: string, route: string, body: unknown) {
  const response = await fetch(`${url}${route}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(CALL_MS),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${text}`);
  return JSON.parse(text) as unknown;
}

async function connect(call: OpenWebuiServer['call'], connection: Connection, port: number): Promise<void> {
  const address = `http://127.0.0.1:${port}`;
  const isOllama = connection === 'Ollama';
  await call('POST', '/ollama/config/update', {
    ENABLE_OLLAMA_API: isOllama,
    OLLAMA_BASE_URLS: [address],
    OLLAMA_API_CONFIGS: {},
  });
  await call('POST', '/openai/config/update', {
    ENABLE_OPENAI_API: !isOllama,
    OPENAI_API_BASE_URLS: [`${address}/v1`],
    OPENAI_API_KEYS: ['any'],
    OPENAI_API_CONFIGS: connection === 'Responses' ? { 0: { enable: true, api_type: 'responses' } } : {},
  });
}
