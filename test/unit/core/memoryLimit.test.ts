/** The number of processes follows from the memory that a container allows, with folders laid out as the kernel lays them out. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os, { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { maxProcessesFor, memoryLimit } from '../../../app/core/memoryLimit';

const MB = 1024 * 1024;
let root: string;
let membership: string;

beforeEach(() => {
  const folder = mkdtempSync(path.join(tmpdir(), 'claudacity-cgroup-'));
  root = path.join(folder, 'cgroup');
  membership = path.join(folder, 'membership');
  mkdirSync(root);
});

afterEach(() => rmSync(path.dirname(root), { recursive: true, force: true }));

function groups(lines: string, limits: Readonly<Record<string, string>>): void {
  writeFileSync(membership, lines);
  for (const [file, limit] of Object.entries(limits)) {
    mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(root, file), `${limit}\n`);
  }
}

describe('the memory limit', () => {
  test('is the machine’s memory where no group sets one', () => {
    groups('0::/user.slice\n', { 'user.slice/memory.max': 'max' });
    expect(memoryLimit(root, membership)).toBe(os.totalmem());
  });

  test('is that of the process’s group in version 2', () => {
    groups('0::/docker/a\n', { 'docker/a/memory.max': String(512 * MB), 'docker/memory.max': 'max' });
    expect(memoryLimit(root, membership)).toBe(512 * MB);
  });

  test('is that of a group above where it is smaller', () => {
    groups('0::/a/b\n', { 'a/b/memory.max': String(900 * MB), 'a/memory.max': String(300 * MB) });
    expect(memoryLimit(root, membership)).toBe(300 * MB);
  });

  test('is that of the memory controller in version 1', () => {
    groups('4:memory:/docker/a\n3:cpuset:/\n', { 'memory/docker/a/memory.limit_in_bytes': String(256 * MB) });
    expect(memoryLimit(root, membership)).toBe(256 * MB);
  });

  test('is that of the root where a container does not show the group’s path', () => {
    groups('0::/system.slice/docker-1.scope\n', { 'memory.max': String(128 * MB) });
    expect(memoryLimit(root, membership)).toBe(128 * MB);
  });

  test('is the machine’s memory where there are no control groups', () => {
    expect(memoryLimit(root, membership)).toBe(os.totalmem());
  });
});

test.each([
  [256, 2],
  [8 * 1024, 10],
  [64 * 1024, 16],
])('%i MB of memory allow %i processes of 200 MB', (memory, processes) => {
  expect(maxProcessesFor(memory * MB, 200 * MB)).toBe(processes);
});
