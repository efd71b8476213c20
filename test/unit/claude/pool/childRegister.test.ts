/** The next start ends the children that a crashed run has left, and no other process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { childRegister } from '../../../../app/claude/pool/childRegister';
import { removeFolder, scratchFolder } from '../../../support/cli';

let folder: string;
let children: ChildProcess[];

beforeEach(async () => {
  folder = await scratchFolder();
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await removeFolder(folder);
});

async function startSleepingChild(): Promise<{ child: ChildProcess; pid: number }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
  children.push(child);
  await once(child, 'spawn');
  return { child, pid: child.pid as number };
}

/** Writes the record of a child, by default as an app that has ended leaves it. */
async function writeEntry(pid: number, startedAt = Date.now(), app = { pid: 4_194_303, startedAt: 0 }) {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, String(pid)), JSON.stringify({ startedAt, app }));
}

test('a child of an app that has ended is ended', async () => {
  const { child, pid } = await startSleepingChild();
  const exit = once(child, 'exit');
  await writeEntry(pid);

  expect(await childRegister(folder).endLeftovers()).toBe(1);
  expect((await exit)[1]).toBe('SIGKILL');
  expect(await readdir(folder)).toEqual([]);
});

test('a later process with the same pid is left alone', async () => {
  const { child, pid } = await startSleepingChild();
  await writeEntry(pid, Date.now() - 60_000);

  expect(await childRegister(folder).endLeftovers()).toBe(0);
  expect(child.exitCode ?? child.signalCode).toBeNull();
  expect(await readdir(folder)).toEqual([]);
});

test('a child of a running app is left alone', async () => {
  const { child, pid } = await startSleepingChild();
  childRegister(folder).add(pid);

  expect(await childRegister(folder).endLeftovers()).toBe(0);
  expect(child.exitCode ?? child.signalCode).toBeNull();
  expect(await readdir(folder)).toEqual([String(pid)]);
});

test('a removed child is no longer recorded', async () => {
  const register = childRegister(folder);
  register.add(1);
  register.remove(1);
  expect(await readdir(folder)).toEqual([]);
});

test('no process is ended where a record cannot be read', async () => {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, String(process.pid)), 'not JSON');
  expect(await childRegister(folder).endLeftovers()).toBe(0);
  expect(await childRegister(path.join(folder, 'absent')).endLeftovers()).toBe(0);
});
