import { afterEach, expect, test, vi } from 'vitest';
import { LostDownloadError, type Updater } from '../../../../app/core/update/updater';
import { createUpdates, type Updates, type UpdateTimes } from '../../../../app/core/update/updates';
import { recordingLog } from '../../../support/recordingLog';

let updates: Updates;

afterEach(() => updates.close());

/** Updates whose updater knows version 1.0.1, with some changes. */
function rig(changes: Partial<Updater> = {}, times: Partial<UpdateTimes> = {}) {
  const events: string[] = [];
  const settings = { checkForUpdates: true, updateFeed: '' };
  const running = { answers: 0 };
  const listeners = new Set<() => void>();
  const installed: { listener: ((version: string) => void) | undefined } = { listener: undefined };
  const log = recordingLog();
  updates = createUpdates({
    updater: {
      unsupported: async () => undefined,
      check: async () => '1.0.1',
      download: async (onProgress) => {
        for (const share of [0.25, 0.5, 1]) onProgress(share);
      },
      install: async () => void events.push(`installed with ${running.answers} answers`),
      followReplacement: (listener) => {
        installed.listener = listener;
        return () => {
          installed.listener = undefined;
        };
      },
      restart: async () => void events.push(`restarted with ${running.answers} answers`),
      ...changes,
    },
    settings: () => settings,
    answering: () => running.answers,
    onAnswering: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stopServer: async () => {
      events.push('server stopped');
      return async () => events.push('server started');
    },
    onChange: () => events.push(updates.state.phase + (updates.state.progress ?? '')),
    log,
    times,
  });
  const setAnswers = (count: number) => {
    running.answers = count;
    for (const listener of listeners) listener();
  };
  /** What a package manager does. */
  const installOther = (version: string) => installed.listener?.(version);
  return { events, settings, setAnswers, listeners, log, installOther };
}

test('an update is found, downloaded and installed, step by step', async () => {
  const { events } = rig();
  expect(await updates.check()).toMatchObject({ phase: 'available', version: '1.0.1', message: null });
  expect(await updates.download()).toMatchObject({ phase: 'ready', progress: null });
  expect(await updates.install()).toMatchObject({ phase: 'installing', version: '1.0.1' });
  expect(events).toEqual([
    ...['idle', 'checking', 'available', 'downloading', 'downloading0.25', 'downloading0.5', 'downloading1', 'ready'],
    ...['waiting', 'installing', 'server stopped', 'installed with 0 answers', 'installing'],
  ]);
});

test('what was downloaded stays, unless a later version is there meanwhile', async () => {
  let newest = '1.0.1';
  rig({ check: async () => newest });
  await updates.check();
  await updates.download();
  expect(await updates.check()).toMatchObject({ phase: 'ready', version: '1.0.1' });
  newest = '1.0.2';
  expect(await updates.check()).toMatchObject({ phase: 'available', version: '1.0.2' });
});

test('an installation waits until the last answer has ended, and says how many run', async () => {
  const { events, setAnswers, listeners } = rig();
  await updates.check();
  await updates.download();
  setAnswers(2);
  const installed = updates.install();
  await vi.waitFor(() => expect(updates.state).toMatchObject({ phase: 'waiting', answering: 2 }));
  setAnswers(1);
  expect(updates.state).toMatchObject({ phase: 'waiting', answering: 1 });
  expect(events).not.toContain('server stopped');
  setAnswers(0);
  await installed;
  expect(events).toContain('installed with 0 answers');
  expect(listeners.size).toBe(0);
});

test('an installation that waits can be cancelled, and nothing is stopped', async () => {
  const { events, setAnswers } = rig();
  await updates.check();
  await updates.download();
  setAnswers(1);
  const installed = updates.install();
  await vi.waitFor(() => expect(updates.state.phase).toBe('waiting'));
  updates.cancel();
  expect(await installed).toMatchObject({ phase: 'ready', message: null });
  setAnswers(0);
  expect(events).not.toContain('server stopped');
});

test('where the rights are refused, the server runs again and the update can be tried again', async () => {
  const { events } = rig({
    install: async () => {
      throw new Error('The system did not give the rights');
    },
  });
  await updates.check();
  await updates.download();
  await expect(updates.install()).rejects.toThrow('The system did not give the rights.');
  expect(updates.state).toMatchObject({ phase: 'ready', message: 'The system did not give the rights.' });
  expect(events.slice(-3)).toEqual(['server stopped', 'server started', 'ready']);
});

test('a download with a wrong checksum is refused with the reason, and can be tried again', async () => {
  let isBroken = true;
  rig({
    download: async () => {
      if (isBroken) throw new Error('The checksum is wrong.');
    },
  });
  await updates.check();
  await expect(updates.download()).rejects.toThrow('The checksum is wrong.');
  expect(updates.state).toMatchObject({ phase: 'available', message: 'The checksum is wrong.' });
  await expect(updates.install()).rejects.toThrow('No update was downloaded.');
  isBroken = false;
  expect(await updates.download()).toMatchObject({ phase: 'ready', message: null });
});

test('a download that is gone when it is to be installed can be downloaded again', async () => {
  rig({
    install: async () => {
      throw new LostDownloadError('The downloaded file is gone.');
    },
  });
  await updates.check();
  await updates.download();
  await expect(updates.install()).rejects.toThrow('The downloaded file is gone.');
  expect(updates.state).toMatchObject({ phase: 'available', version: '1.0.1' });
  expect(await updates.download()).toMatchObject({ phase: 'ready' });
});

test('a version that a package manager has installed is offered as a restart, which waits for running answers', async () => {
  const check = vi.fn(async () => '1.0.1');
  const { events, setAnswers, installOther } = rig({ unsupported: async () => 'A repository updates it.', check });
  updates.start();
  await vi.waitFor(() => expect(updates.state.message).toBe('A repository updates it.'));
  installOther('1.0.2');
  await vi.waitFor(() =>
    expect(updates.state).toMatchObject({ phase: 'ready', version: '1.0.2', installed: true, message: null }),
  );
  expect(await updates.check()).toMatchObject({ phase: 'ready', version: '1.0.2' });
  expect(check).not.toHaveBeenCalled();
  setAnswers(1);
  const restarted = updates.install();
  await vi.waitFor(() => expect(updates.state).toMatchObject({ phase: 'waiting', answering: 1 }));
  setAnswers(0);
  await restarted;
  expect(events).toContain('restarted with 0 answers');
});

test('a version that a package manager installs during a download ends the download', async () => {
  const { installOther } = rig({ download: () => new Promise<void>(() => {}) });
  updates.start();
  await updates.check();
  const download = updates.download();
  await vi.waitFor(() => expect(updates.state.phase).toBe('downloading'));
  installOther('1.0.1');
  await download;
  await vi.waitFor(() => expect(updates.state).toMatchObject({ phase: 'ready', version: '1.0.1', installed: true }));
});

test('what the app installs itself is not taken for the work of a package manager', async () => {
  const { installOther, events } = rig();
  updates.start();
  await updates.check();
  await updates.download();
  const { installed } = await updates.install();
  installOther('1.0.1');
  expect(installed).toBe(false);
  expect(updates.state).toMatchObject({ phase: 'installing', installed: false });
  expect(events.at(-1)).toBe('installing');
});

test('who asks while a check runs by itself gets its result, and what is shown stays meanwhile', async () => {
  let answer: (version: string) => void = () => {};
  const check = vi.fn(
    () =>
      new Promise<string>((resolve) => {
        answer = resolve;
      }),
  );
  const { events } = rig({ check }, { firstCheckMs: 0 });
  updates.start();
  await vi.waitFor(() => expect(check).toHaveBeenCalled());
  const asked = updates.check();
  answer('1.0.1');
  expect(await asked).toMatchObject({ phase: 'available', version: '1.0.1' });
  expect(check).toHaveBeenCalledOnce();
  expect(events).not.toContain('checking');
});

test('a check that nobody has asked for is silent where the network is down', async () => {
  const check = vi.fn(async () => {
    throw new Error('net::ERR_INTERNET_DISCONNECTED');
  });
  const { log } = rig({ check }, { firstCheckMs: 0 });
  updates.start();
  await vi.waitFor(() => expect(check).toHaveBeenCalled());
  await vi.waitFor(() => expect(updates.state).toMatchObject({ phase: 'idle', message: null, checkedAt: null }));
  expect(log.entries.filter(({ level }) => level !== 'debug')).toEqual([]);
  expect(log.entries.at(-1)?.fields?.next).toMatch(/^\d{4}-.*Z$/);
  await expect(updates.check()).rejects.toThrow('net::ERR_INTERNET_DISCONNECTED');
  expect(updates.state.message).toBe('net::ERR_INTERNET_DISCONNECTED.');
});

test('nothing is looked for by itself where the settings forbid it', async () => {
  const check = vi.fn(async () => '1.0.1');
  const { settings } = rig({ check }, { firstCheckMs: 0, checkEveryMs: 1 });
  let isAllowed = false;
  const read = vi.fn(() => isAllowed);
  Object.defineProperty(settings, 'checkForUpdates', { get: read });
  updates.start();
  await vi.waitFor(() => expect(read.mock.calls.length).toBeGreaterThan(3));
  expect(check).not.toHaveBeenCalled();
  isAllowed = true;
  await vi.waitFor(() => expect(updates.state).toMatchObject({ phase: 'available', version: '1.0.1' }));
});

test('an installation that others update says so, and refuses every step', async () => {
  const reason = 'A package repository updates it.';
  const check = vi.fn(async () => '1.0.1');
  const { settings } = rig({ unsupported: async (feed) => (feed === '' ? reason : undefined), check });
  await expect(updates.check()).rejects.toThrow(reason);
  await expect(updates.download()).rejects.toThrow(reason);
  expect(updates.state).toMatchObject({ phase: 'off', message: reason });
  expect(check).not.toHaveBeenCalled();
  settings.updateFeed = 'https://updates.example/';
  expect(await updates.check()).toMatchObject({ phase: 'available' });
});

test('an address that never answers ends the check', async () => {
  rig({ check: () => new Promise(() => {}) }, { checkWithinMs: 1 });
  await expect(updates.check()).rejects.toThrow('has not answered in time');
  expect(updates.state.phase).toBe('idle');
});

test('a download without progress ends, and one can be cancelled', async () => {
  const signals: AbortSignal[] = [];
  const download = (_onProgress: unknown, signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<void>(() => {});
  };
  rig({ download }, { downloadStallMs: 50 });
  await updates.check();
  await expect(updates.download()).rejects.toThrow('standstill');
  const second = updates.download();
  await vi.waitFor(() => expect(signals).toHaveLength(2));
  updates.cancel();
  expect(await second).toMatchObject({ phase: 'available', message: null });
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
});
