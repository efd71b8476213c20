/** How `claudacity serve` ends when a terminal or a session stops every process of its group, and what systemd is told. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Ollama } from 'ollama';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { leftoverProcesses, removeFolder, scratchFolder } from '../support/cli';
import { startCommand } from '../support/commandProcess';
import { gate, type MessagesApi, startMessagesApi, text } from '../support/messagesApi';

let api: MessagesApi;
let home: string;
let command: ChildProcess;
let url: string;

beforeEach(async () => {
  api = await startMessagesApi();
  home = await scratchFolder();
});
afterEach(async () => {
  await expect.poll(() => leftoverProcesses(home)).toEqual([]);
  await api.close();
  await removeFolder(home);
});

const start = async (env: Record<string, string> = {}) => {
  ({ process: command, url } = await startCommand(api, home, env));
};
const database = (ending = '') => existsSync(path.join(home, 'data', `claudacity.db${ending}`));
const signalGroup = (signal: NodeJS.Signals) => process.kill(-(command.pid ?? 0), signal);

describe.skipIf(process.platform === 'win32')('`serve`', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'lets a running answer end after %s to its whole group, a second one too, and closes the database',
    async (signal) => {
      await start();
      const more = gate();
      api.answer(text('Hel'), more, text('lo'));
      const messages = [{ role: 'user', content: 'Say hello.' }];
      const stream = await new Ollama({ host: url }).chat({ model: 'sonnet', messages, stream: true });
      let answer = '';
      const reading = (async () => {
        for await (const { message } of stream) answer += message.content;
      })();
      await expect.poll(() => answer).toBe('Hel');
      expect(database('-wal')).toBe(true);
      const ended = once(command, 'exit');

      signalGroup(signal);
      // Answered with 503 from the moment on at which it stops.
      await expect.poll(async () => (await fetch(`${url}/api/tags`).catch(() => undefined))?.status).not.toBe(200);
      signalGroup(signal);
      more.open();

      await reading;
      expect(answer).toBe('Hello');
      expect(await ended).toEqual([0, null]);
      expect([database(), database('-wal')]).toEqual([true, false]);
    },
  );

  test('tells systemd when it listens and when it stops', async () => {
    const bin = path.join(home, 'bin');
    mkdirSync(bin);
    // The datagrams of the real one are read by systemd itself in test/package/userUnit.test.ts.
    writeFileSync(path.join(bin, 'systemd-notify'), `#!/bin/sh\necho "$@" >> ${home}/told\n`);
    chmodSync(path.join(bin, 'systemd-notify'), 0o755);
    await start({ NOTIFY_SOCKET: '/run/notify', PATH: `${bin}:${process.env.PATH}` });
    const told = () => (existsSync(`${home}/told`) ? readFileSync(`${home}/told`, 'utf8') : '');
    await expect.poll(told).toBe(`--ready --status=Running on ${url}\n`);
    const ended = once(command, 'exit');
    command.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(told()).toMatch(/\nSTOPPING=1 --status=Stopping EXTEND_TIMEOUT_USEC=15000000\n$/);
  });
});
