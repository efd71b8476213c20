/**
 * Installs the .deb and uses it: the desktop entry starts the app inside Chromium's sandbox, the app answers a client through
 * the real CLI, and removing the package leaves nothing behind. The tests depend on each other and run in this order.
 */
import { type ChildProcess, execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { FuseState } from '@electron/fuses/dist/constants';
import { Ollama } from 'ollama';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { claudePath, cliEnvironment } from '../support/cli';
import { type MessagesApi, startMessagesApi, text } from '../support/messagesApi';
import { addTestUser, type TestUser } from '../support/testUser';

const run = promisify(execFile);
const DESKTOP_ENTRY = '/usr/share/applications/claudacity.desktop';
const INSTALL_MINUTES = 5;

let api: MessagesApi;
let user: TestUser;
let env: Record<string, string>;
let url: string;
let app: ChildProcess;
let installed: string[];

beforeAll(async () => {
  const deb = process.env.CLAUDACITY_DEB;
  if (!deb) throw new Error('CLAUDACITY_DEB is not set: run this with npm run test:package');
  await apt('install', deb);
  api = await startMessagesApi();
  user = await addTestUser();
  await user.installClaude(claudePath());
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  env = {
    ...cliEnvironment(api, user.home),
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOST: '127.0.0.1',
    PORT: String(port),
  };
}, INSTALL_MINUTES * 60_000);

afterAll(async () => {
  await user?.remove();
  await api?.close();
  await apt('purge', 'claudacity');
}, INSTALL_MINUTES * 60_000);

test('the desktop entry starts the app, and its server answers', async () => {
  const entry = desktopEntry();
  expect(existsSync(entry.get('TryExec') ?? '')).toBe(true);
  app = user.startOnDesktop(commandOf(entry.get('Exec') ?? ''), env);
  await expect.poll(statusOf, { timeout: 60_000, interval: 200 }).toBe(200);
});

test('the window is shown by processes inside Chromium’s sandbox', async () => {
  const pages = async () => [...(await user.processes())].filter(([, command]) => command.includes('--type=renderer'));
  await expect.poll(async () => (await pages()).length, { timeout: 20_000 }).toBeGreaterThan(0);
  for (const [pid, command] of await pages()) {
    expect(command).not.toContain('--no-sandbox');
    // 2 means that a system call filter is active, which is the last thing that the sandbox sets up.
    expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/^Seccomp:\s+2$/m);
  }
});

test('the program runs no other code than the app’s: Electron’s fuses, read back', async () => {
  const wire = await getCurrentFuseWire('/opt/Claudacity/claudacity');
  const states = [
    FuseV1Options.EnableNodeOptionsEnvironmentVariable,
    FuseV1Options.EnableNodeCliInspectArguments,
    FuseV1Options.OnlyLoadAppFromAsar,
    FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
    FuseV1Options.EnableCookieEncryption,
    // The `claudacity` command runs the program as Node.
    FuseV1Options.RunAsNode,
  ].map((fuse) => wire[fuse]);
  const { ENABLE, DISABLE } = FuseState;
  expect(states).toEqual([DISABLE, DISABLE, ENABLE, ENABLE, ENABLE, ENABLE]);
});

test('an Ollama client gets the answer of the user’s own CLI', async () => {
  api.answer(text('From the ', 'installed app'));
  const client = new Ollama({ host: url });
  const { models } = await client.list();
  const { message } = await client.chat({
    model: models[0]?.name ?? '',
    messages: [{ role: 'user', content: 'Where are you?' }],
  });
  expect(message.content).toBe('From the installed app');
});

test('the claudacity command runs without a display', async () => {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync('package.json', 'utf8')));
  expect(await user.run(['claudacity', '--version'], env)).toBe(`${version}\n`);
});

test('quitting leaves no process behind', async () => {
  const main = [...(await user.processes())].find(
    ([, command]) => command.startsWith('/opt/Claudacity/claudacity') && !command.includes('--type='),
  );
  process.kill(main?.[0] ?? 0, 'SIGTERM');
  await new Promise((resolve) => app.once('exit', resolve));
  await expect.poll(async () => [...(await user.processes()).values()], { timeout: 10_000 }).toEqual([]);
});

test('removing the package leaves none of its files behind', async () => {
  const { stdout } = await run('dpkg', ['-L', 'claudacity']);
  installed = stdout.split('\n').filter((file) => file !== '' && !statSync(file).isDirectory());
  expect(installed).toContain('/usr/bin/claudacity');
  await apt('remove', 'claudacity');
  expect(installed.filter((file) => existsSync(file))).toEqual([]);
  for (const trace of ['/opt/Claudacity', '/usr/bin/claudacity', '/etc/apparmor.d/claudacity']) {
    expect(existsSync(trace), trace).toBe(false);
  }
});

/** The keys of the desktop entry's main group. */
function desktopEntry(): Map<string, string> {
  const [group = ''] = readFileSync(DESKTOP_ENTRY, 'utf8').split(/^\[(?!Desktop Entry\])/m);
  return new Map([...group.matchAll(/^(\w+)=(.*)$/gm)].map(([, key = '', value = '']) => [key, value]));
}

/** Splits an Exec line as a desktop does: without quotes, and without the field codes, since there is no file to open. */
function commandOf(exec: string): string[] {
  return [...exec.matchAll(/"((?:\\.|[^"\\])*)"|(\S+)/g)]
    .map(([, quoted, plain]) => quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '')
    .filter((argument) => !/^%[a-zA-Z]$/.test(argument));
}

async function statusOf(): Promise<number> {
  return (await fetch(url).catch(() => undefined))?.status ?? 0;
}

async function apt(...args: string[]): Promise<void> {
  await run('apt-get', ['-q', '-y', '-o', 'DPkg::Lock::Timeout=120', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 1e8,
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
