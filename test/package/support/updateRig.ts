/** A clean Debian with a user who is logged in, two versions of the app and the server that has the newer one, for tests of updates. */
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { type BootedDebian, bootDebian } from '../../support/bootedDebian';
import { claudePath, cliEnvironment, removeFolder, scratchFolder } from '../../support/cli';
import { gate, type MessagesApi, startMessagesApi, text } from '../../support/messagesApi';
import { buildVersion } from './builtVersion';
import { addUser, type DesktopSession, logIn, UID, USER } from './desktopSession';
import { builtPackages } from './packages';
import { askApp, runningUrl } from './runningApp';
import { type BuiltVersion, startUpdateFeed, type UpdateFeed } from './updateFeed';

export const HOME = `/home/${USER}`;
const INSTALL_MS = 5 * 60_000;

export interface UpdateRig {
  readonly api: MessagesApi;
  readonly feed: UpdateFeed;
  readonly older: BuiltVersion;
  readonly newer: BuiltVersion;
  readonly debian: BootedDebian;
  readonly session: DesktopSession;
  /** This computer's path of the scratch folder, which is /packages in Debian. */
  readonly folder: string;
  /** This computer's path of the app's data folder, which is /data/app in Debian. */
  readonly dataDir: string;
  /** Makes a call of the running app. */
  call(name: string, ...args: unknown[]): Promise<unknown>;
  /** Waits until the app runs in this version. */
  running(version: string): Promise<void>;
  /** Asks the running app's server a question, which the API answers with these words. */
  ask(question: string, answer: string): Promise<void>;
  /** Runs work that has to wait for a running answer; lets the answer end once the work waits. */
  duringAnAnswer<T>(work: () => Promise<T>): Promise<T>;
  /** Stores a setting, a key and a conversation. */
  store(): Promise<void>;
  expectStored(): Promise<void>;
  /** Quits the app and waits until its processes have ended. */
  quit(): Promise<void>;
  /** Runs a script as the user, without a session. */
  asUser(script: string, timeoutMs?: number): Promise<string>;
  /** Logs the user out and in again. */
  logInAgain(): Promise<void>;
  remove(): Promise<void>;
}

/** Builds 1.0.0 and 1.0.1, boots Debian, installs the deb of 1.0.0 and logs in. */
export async function startUpdateRig(): Promise<UpdateRig> {
  const folder = await scratchFolder();
  // The user starts what is in it.
  chmodSync(folder, 0o755);
  const [older, newer] = [await buildVersion('1.0.0', folder), await buildVersion('1.0.1', folder)];
  const [api, feed] = [await startMessagesApi(), await startUpdateFeed()];
  const data = path.join(folder, 'data');
  for (const name of ['', 'app', 'offline', 'silent']) {
    mkdirSync(path.join(data, name));
    chownSync(path.join(data, name), UID, UID);
  }
  const { debian: root, archives } = builtPackages();
  const debian = await bootDebian({
    root,
    folders: {
      '/packages': folder,
      '/data:rw': data,
      '/cli': path.dirname(claudePath()),
      '/var/cache/apt/archives:rw': archives,
    },
  });
  const { PATH: _, TMPDIR: __, ...env } = cliEnvironment(api, HOME);
  await addUser(debian, {
    ...env,
    ...{
      HOST: '127.0.0.1',
      PORT: '0',
      CLAUDACITY_HOME: '/data/app',
      CLAUDE_PATH: `/cli/${path.basename(claudePath())}`,
    },
    ...{ CLAUDACITY_UPDATE_FEED: feed.url, CLAUDACITY_UPDATE_CHECK: 'off' },
  });
  await debian.run('apt-get -q update', INSTALL_MS);
  const packages = `polkitd pkexec ${inside(older.deb)}`;
  await debian.run(`apt-get -q -y install --no-install-recommends ${packages}`, INSTALL_MS);
  let session = await logIn(debian);

  const dataDir = path.join(data, 'app');
  let url = '';
  const call = (name: string, ...args: unknown[]) => askApp(dataDir, { call: name, args });
  const post = async (question: string) => {
    const body = JSON.stringify({ model: 'sonnet', stream: false, messages: [{ role: 'user', content: question }] });
    return await (await fetch(`${url}/api/chat`, { method: 'POST', body })).text();
  };
  const asUser = (script: string, timeoutMs?: number) =>
    debian.run(
      `setpriv --reuid ${USER} --regid ${USER} --init-groups env HOME=${HOME} bash -l <<'END'\n${script}\nEND`,
      timeoutMs,
    );

  return {
    ...{ api, feed, older, newer, debian, folder, dataDir, call, asUser },
    get session() {
      return session;
    },
    running: async (version) => {
      url = await runningUrl(dataDir, version);
    },
    ask: async (question, answer) => {
      api.answer(text(answer));
      expect(await post(question)).toContain(answer);
    },
    duringAnAnswer: async (work) => {
      const held = gate();
      api.answer(text('Half '), held, text('and half.'));
      const answer = post('A long one?');
      await held.reached;
      const done = work();
      const waits = { phase: 'waiting', answering: 1 };
      await expect.poll(() => call('update.state'), { timeout: 90_000 }).toMatchObject(waits);
      held.open();
      expect(await answer).toContain('Half and half.');
      return await done;
    },
    store: async () => {
      await call('settings.change', { theme: 'dark' });
      await call('keys.create', NEW_KEY);
      api.answer(text('Before the update.'));
      expect(await post('Kept?')).toContain('Before the update.');
    },
    expectStored: async () => {
      expect(await askApp(dataDir, { read: ['settings'] })).toMatchObject({ settings: { theme: 'dark' } });
      expect(await call('keys.list')).toMatchObject({ keys: [{ name: NEW_KEY.name }] });
      const stored = JSON.stringify(await call('conversations.list', Number.MAX_SAFE_INTEGER, 100));
      for (const title of ['Kept?', 'A long one?']) expect(stored).toContain(title);
    },
    quit: async () => {
      await call('app.quit').catch(() => undefined);
      await debian.run(`while ${IS_RUNNING}; do sleep 0.1; done`);
    },
    logInAgain: async () => {
      await session.logOut();
      session = await logIn(debian);
    },
    remove: async () => {
      await debian.remove();
      await feed.close();
      await api.close();
      await removeFolder(folder);
    },
  };
}

/** A shell condition: the app with the data folder /data/app has not ended, or not closed its database. */
const IS_RUNNING = '[ -L /data/app/SingletonLock ] || [ -e /data/app/claudacity.db-wal ]';

const NEW_KEY = {
  ...{ name: 'phone', scopes: ['inference'], models: [], expiresAt: null, requestsPerMinute: null, tokensPerDay: null },
  ...{ usdPerDay: null },
};

/** Where a built file is in Debian. */
export function inside(file: string): string {
  return path.join('/packages', path.basename(path.dirname(file)), path.basename(file));
}
