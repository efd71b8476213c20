/**
 * The path of an update on Linux: a packaged 1.0.0 finds, downloads and becomes 1.0.1, with all that it had stored. The packages are the real
 * ones, unpacked; the file that is replaced starts them as an AppImage's runtime would. The tests depend on each other and run in this order.
 */
import { type ChildProcess, execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chownSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { claudePath, cliEnvironment, removeFolder, scratchFolder } from '../support/cli';
import { gate, type MessagesApi, startMessagesApi, text } from '../support/messagesApi';
import { addTestUser, type TestUser } from '../support/plainUser';
import {
  askApp,
  buildVersion,
  runningUrl,
  startUpdateFeed,
  type UpdateFeed,
  writeAppImage,
} from '../support/updateFeed';

const run = promisify(execFile);
const MINUTES = 60_000;

let folder: string;
let api: MessagesApi;
let user: TestUser;
let feed: UpdateFeed;
let appImage: string;
let dataDir: string;
let session: ChildProcess;
let url: string;

beforeAll(async () => {
  folder = await scratchFolder();
  await run('chmod', ['755', folder]);
  const [older, newer] = [await buildVersion('1.0.0', folder), await buildVersion('1.0.1', folder)];
  api = await startMessagesApi();
  user = await addTestUser();
  await user.installClaude(claudePath());
  feed = await startUpdateFeed();
  appImage = path.join(user.home, 'Claudacity.AppImage');
  writeAppImage(appImage, older);
  const { uid, gid } = statSync(user.home);
  chownSync(appImage, uid, gid);
  writeAppImage(path.join(folder, 'new.AppImage'), newer);
  dataDir = path.join(user.home, 'data');
  const env = {
    ...cliEnvironment(api, user.home),
    ...{ PATH: '/usr/local/bin:/usr/bin:/bin', HOST: '127.0.0.1', PORT: '0', CLAUDACITY_HOME: dataDir },
    ...{ CLAUDACITY_UPDATE_FEED: feed.url, CLAUDACITY_UPDATE_CHECK: 'off' },
  };
  // The screen outlives the app, as a session does.
  session = user.startOnDesktop(['sh', '-c', '"$0" & exec sleep 600', appImage], env);
  url = await runningUrl(dataDir, '1.0.0');
}, 5 * MINUTES);

afterAll(async () => {
  session?.kill();
  await user?.remove();
  await feed?.close();
  await api?.close();
  await removeFolder(folder);
}, MINUTES);

test('a list with the signature of somebody else is refused', async () => {
  feed.publish('1.0.1', path.join(folder, 'new.AppImage'), { key: generateKeyPairSync('ed25519').privateKey });
  await expect(call('update.check')).rejects.toThrow('not signed by the makers');
  expect(await call('update.state')).toMatchObject({ phase: 'idle', version: null });
});

test('a file with a wrong checksum is refused and deleted', async () => {
  feed.publish('1.0.1', path.join(folder, 'new.AppImage'), { sha512: `${'A'.repeat(86)}==` });
  expect(await call('update.check')).toMatchObject({ phase: 'available', version: '1.0.1' });
  await expect(call('update.download')).rejects.toThrow('checksum');
  const cache = path.join(user.home, '.cache', 'claudacity-updater');
  const left = readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('AppImage'));
  expect(left).toEqual([]);
  await expect(call('update.install')).rejects.toThrow('No update was downloaded');
});

test(
  '1.0.0 becomes 1.0.1 once its last answer has ended; settings, keys and conversations stay',
  async () => {
    await call('settings.change', { theme: 'dark' });
    const { apiKey } = CreatedKey.parse(await call('keys.create', NEW_KEY));
    api.answer(text('Before the update.'));
    expect(await ask('Kept?')).toContain('Before the update.');

    feed.publish('1.0.1', path.join(folder, 'new.AppImage'));
    expect(await call('update.check')).toMatchObject({ phase: 'available', version: '1.0.1' });
    expect(await call('update.download')).toMatchObject({ phase: 'ready' });

    const held = gate();
    api.answer(text('Half '), held, text('and half.'));
    const answer = ask('A long one?');
    await held.reached;
    // The app ends while it answers the call.
    const installed = call('update.install').catch(() => undefined);
    await expect.poll(() => call('update.state')).toMatchObject({ phase: 'waiting', answering: 1 });
    held.open();
    expect(await answer).toContain('Half and half.');
    await installed;

    url = await runningUrl(dataDir, '1.0.1');
    expect(readFileSync(appImage, 'utf8')).toContain('/1.0.1/');
    expect(await askApp(dataDir, { read: ['settings'] })).toMatchObject({ settings: { theme: 'dark' } });
    expect(await call('keys.list')).toMatchObject({ keys: [{ id: apiKey.id, name: 'phone' }] });
    const stored = JSON.stringify(await call('conversations.list', Number.MAX_SAFE_INTEGER, 100));
    expect(stored).toContain('Kept?');
    expect(stored).toContain('A long one?');
  },
  2 * MINUTES,
);

test('the newest version says so, and no identifier of the computer was sent or written', async () => {
  expect(await call('update.check')).toMatchObject({ phase: 'idle', version: null });
  expect(feed.headers.filter((headers) => 'x-user-staging-id' in headers)).toEqual([]);
  expect(existsSync(path.join(dataDir, '.updaterId'))).toBe(false);
});

test('without a network, only who asks is told', async () => {
  await feed.close();
  await expect(call('update.check')).rejects.toThrow('cannot be reached');
  expect(await call('update.state')).toMatchObject({ phase: 'idle' });
});

const NEW_KEY = {
  ...{ name: 'phone', scopes: ['inference'], models: [], expiresAt: null, requestsPerMinute: null, tokensPerDay: null },
  ...{ usdPerDay: null },
};

/** Makes a call of the running app. */
const call = (name: string, ...args: unknown[]) => askApp(dataDir, { call: name, args });

const CreatedKey = z.looseObject({ apiKey: z.looseObject({ id: z.string() }) });

async function ask(question: string): Promise<string> {
  const body = JSON.stringify({ model: 'sonnet', stream: false, messages: [{ role: 'user', content: question }] });
  return await (await fetch(`${url}/api/chat`, { method: 'POST', body })).text();
}
