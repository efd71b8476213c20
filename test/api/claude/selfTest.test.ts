/** The self-test of reuse with the real CLI. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { childEnvironment } from '../../../app/claude/installation/environment';
import { DEADLINES } from '../../../app/claude/process/deadlines/deadlines';
import { runSelfTest, type SelfTestVerdict } from '../../../app/claude/selfTest/selfTest';
import { claudePath, cliEnvironment, leftoverProcesses, removeFolder, scratchFolder } from '../../support/cli';
import { type MessagesApi, startMessagesApi } from '../../support/messagesApi';

let api: MessagesApi;
let home: string;
/** The processes that run. */
let pids: Set<number>;

beforeEach(async () => {
  api = await startMessagesApi();
  home = await scratchFolder();
  pids = new Set();
});

afterEach(async () => {
  await api.close();
  expect(await leftoverProcesses(home)).toEqual([]);
  await removeFolder(home);
});

test('it passes on this version, asks no API but its own, and leaves no process behind', async () => {
  expect(await run(claudePath())).toEqual({ passed: true });

  expect([api.requests, api.otherCalls]).toEqual([[], []]);
  expect(pids.size).toBe(0);
});

test('it fails where the CLI cannot be started, and says why', async () => {
  expect(await run(`${home}/missing`)).toEqual({ passed: false, reason: expect.stringMatching(/./) });
});

function run(command: string): Promise<SelfTestVerdict> {
  return runSelfTest({
    command,
    env: childEnvironment(cliEnvironment(api, home), { ownPorts: [], passVariables: [] }),
    limitMs: 60_000,
    deadlines: DEADLINES,
    signal: new AbortController().signal,
    onProcess: (pid, isRunning) => (isRunning ? pids.add(pid) : pids.delete(pid)),
  });
}
