/** The memory of real processes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { processMemory } from '../../../../app/claude/pool/processMemory';

describe('the memory of processes', () => {
  test('is known for those that run, and left out for those that have ended', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    const memory = await processMemory([process.pid, child.pid ?? 0]);
    expect([...memory.keys()]).toEqual([process.pid]);
    expect(memory.get(process.pid)).toBeGreaterThan(1e6);
  });

  test.runIf(process.platform === 'linux')('does not count memory that processes share once for each', async () => {
    const children = [1, 2, 3].map(() => spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1e6)']));
    try {
      await Promise.all(children.map(({ stdout }) => once(stdout, 'data')));
      const pids = children.map(({ pid }) => pid ?? 0);
      const memory = await processMemory(pids);
      for (const pid of pids) {
        const resident = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
        expect(memory.get(pid)).toBeLessThan(resident);
      }
    } finally {
      for (const child of children) child.kill('SIGKILL');
    }
  });
});
