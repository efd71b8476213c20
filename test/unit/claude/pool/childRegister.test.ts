/** The children of a crashed run are ended at the next start, and nobody else's processes are. */
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

async function sleeper(): Promise<{ child: ChildProcess; pid: number }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
  children.push(child);
  await once(child, 'spawn');
  return { child, pid: child.pid as number };
}

/** As an app that is gone would have left it. */
async function leftBehind(pid: number, startedAt = Date.now(), app = { pid: 4_194_303, startedAt: 0 }) {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, String(pid)), JSON.stringify({ startedAt, app }));
}

test('a child of an app that is gone is ended', async () => {
  const { child, pid } = await sleeper();
  const exit = once(child, 'exit');
  await leftBehind(pid);

  expect(await childRegister(folder).endLeftovers()).toBe(1);
  expect((await exit)[1]).toBe('SIGKILL');
  expect(await readdir(folder)).toEqual([]);
});

test('a process that was given the same number later is left alone', async () => {
  const { child, pid } = await sleeper();
  await leftBehind(pid, Date.now() - 60_000);

  expect(await childRegister(folder).endLeftovers()).toBe(0);
  expect(child.exitCode ?? child.signalCode).toBeNull();
  expect(await readdir(folder)).toEqual([]);
});

test('a child of an app that lives is left alone', async () => {
  const { child, pid } = await sleeper();
  childRegister(folder).add(pid);

  expect(await childRegister(folder).endLeftovers()).toBe(0);
  expect(child.exitCode ?? child.signalCode).toBeNull();
  expect(await readdir(folder)).toEqual([String(pid)]);
});

test('a child that has ended is forgotten', async () => {
  const register = childRegister(folder);
  register.add(1);
  register.remove(1);
  expect(await readdir(folder)).toEqual([]);
});

test('a file that cannot be read ends nothing', async () => {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, String(process.pid)), 'not JSON');
  expect(await childRegister(folder).endLeftovers()).toBe(0);
  expect(await childRegister(path.join(folder, 'absent')).endLeftovers()).toBe(0);
});
