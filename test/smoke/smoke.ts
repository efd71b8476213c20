/**
 * `npm run test:smoke -- <program> [command]`: uses an installed app on a clean system, as the release workflow does on each: it starts it hidden, asks
 * for its health and for an answer of the real CLI in front of the scripted API, switches launch at login on and off with the command, and ends it.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { connectToApp } from '../../app/control/client';
import { claudePath, cliEnvironment } from '../support/cli';
import { startMessagesApi, text } from '../support/messagesApi';

const run = promisify(execFile);
const START_WITHIN_MS = 60_000;
const ANSWER = 'From the installed app';

const [program, command] = process.argv.slice(2);
if (!program) throw new Error('usage: npm run test:smoke -- <program> [command]');

const api = await startMessagesApi();
const folder = await mkdtemp(path.join(tmpdir(), 'claudacity-smoke-'));
const dataDir = path.join(folder, 'data');
const env = {
  ...process.env,
  ...cliEnvironment(api, folder),
  ...{ CLAUDACITY_HOME: dataDir, CLAUDE_PATH: claudePath(), HOST: '127.0.0.1', PORT: '0' },
};
// A root user, as in a container, has no sandbox.
const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
const app = spawn(program, [...flags, '--hidden'], { env, stdio: 'inherit' });
const ended = new Promise<number | null>((resolve) => {
  app.once('exit', resolve).once('error', () => resolve(-1));
});
try {
  const url = await step('It starts', serverUrl);
  await step('Its health is good', async () => {
    const health = z.looseObject({ status: z.string() }).parse(await (await fetch(`${url}/health`)).json());
    if (health.status !== 'ok') throw new Error(JSON.stringify(health));
  });
  await step('It answers', async () => {
    api.answer(text(ANSWER));
    const body = JSON.stringify({ model: 'sonnet', stream: false, messages: [{ role: 'user', content: 'Where?' }] });
    const answer = await (await fetch(`${url}/api/chat`, { method: 'POST', body })).text();
    if (!answer.includes(ANSWER)) throw new Error(answer);
  });
  if (command) {
    const shell = process.platform === 'win32';
    const runApp = (...args: string[]) =>
      run(shell ? `"${command}"` : command, args, { env, shell, timeout: START_WITHIN_MS });
    await step('The command knows it', () => runApp('status', '--json'));
    await step('It is launched at login', () => runApp('install'));
    await step('It is not launched at login any more', () => runApp('uninstall'));
  }
  await step('It ends', async () => {
    if (app.exitCode === null) app.kill('SIGTERM');
    const code = await Promise.race([ended, sleep(START_WITHIN_MS, undefined, { ref: false })]);
    if (code === undefined) throw new Error('It still runs.');
    // Windows has no signals: there it was killed.
    if (process.platform !== 'win32' && code !== 0) throw new Error(`Exit code ${code}`);
  });
} finally {
  app.kill('SIGKILL');
  await api.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
// The CLI's processes may hold a pipe of this one.
process.exit();

async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    console.log(`✓ ${title}`);
    return result;
  } catch (error) {
    console.log(`✗ ${title}`);
    throw error;
  }
}

/** The server's address, once it listens and the CLI has been found. */
async function serverUrl(): Promise<string> {
  const deadline = Date.now() + START_WITHIN_MS;
  let last: unknown;
  while (Date.now() < deadline && app.exitCode === null) {
    try {
      const connection = await connectToApp({ dataDir });
      const { server, cli } = await connection.read('server', 'cli');
      connection.close();
      if (server.phase === 'running' && cli.phase === 'ready') return server.url;
      last = { server, cli };
    } catch (error) {
      last = error;
    }
    await sleep(200);
  }
  throw new Error(`It did not start: ${last instanceof Error ? last.message : JSON.stringify(last)}`);
}
