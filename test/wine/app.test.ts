/** The Windows app with the real claude.exe. It starts hidden: windows and menus of Electron hang in wine. */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type MessagesApi, startMessagesApi, text } from '../support/messagesApi';
import { openWine, type Wine } from './support/wine';

const STARTED_MS = 60_000;
const DATA = 'C:\\users\\root\\Claudacity’s data é你';

let api: MessagesApi;
let wine: Wine;
let url: string;

beforeAll(async () => {
  api = await startMessagesApi();
  wine = await openWine();
  const app = wine.start(
    wine.path(path.join(wine.prepared.app, 'Claudacity.exe')),
    ['--no-sandbox', '--hidden'],
    environment(),
  );
  let output = '';
  for (const stream of [app.stdout, app.stderr]) stream?.on('data', (chunk) => (output += chunk));
  url = await untilAnswering().catch((error: unknown) => {
    throw new Error(`${error}\n${output}`);
  });
}, 120_000);

afterAll(async () => {
  await wine?.close();
  await api?.close();
});

function environment(): Record<string, string> {
  return {
    HOST: '127.0.0.1',
    PORT: '0',
    CLAUDACITY_HOME: DATA,
    CLAUDE_PATH: wine.path(wine.prepared.claude),
    ANTHROPIC_BASE_URL: api.url,
    ANTHROPIC_API_KEY: 'sk-ant-test',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
  };
}

/** What the command prints. */
function status(dataDir: string): Promise<string> {
  const { node, command } = wine.prepared;
  return wine.run(wine.path(node), [wine.path(command), 'status'], { CLAUDACITY_HOME: dataDir });
}

/** Resolves with the server's address once the CLI was looked at, too. */
async function untilAnswering(): Promise<string> {
  const deadline = Date.now() + STARTED_MS;
  let last = '';
  while (Date.now() < deadline) {
    last = await status(DATA).catch((error: unknown) => String(error));
    const address = /running on (http:\S+)/.exec(last)?.[1];
    if (address !== undefined && /Claude CLI +\d/.test(last)) return address;
    await sleep(250);
  }
  throw new Error(`The app does not answer: ${last}`);
}

describe('the app, started hidden', () => {
  test('answers through claude.exe', async () => {
    api.answer(text('Hello from Windows.'));
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'sonnet', messages: [{ role: 'user', content: 'Hello' }] }),
      signal: AbortSignal.timeout(60_000),
    });
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'Hello from Windows.' } }] });
  });

  test('is reached by the command through its named pipe, and by nobody with another data folder', async () => {
    expect(await status(DATA)).toContain(`running on ${url}`);
    await expect(status(`${DATA} 2`)).rejects.toThrow(/not running/);
  });

  test('runs a command in its own program, without a window', async () => {
    const program = wine.path(path.join(wine.prepared.app, 'Claudacity.exe'));
    const output = await wine.run(program, ['status', '--json'], { CLAUDACITY_HOME: DATA });
    expect(JSON.parse(output)).toMatchObject({ running: true, hasWindow: true, server: { url } });
  });
});
