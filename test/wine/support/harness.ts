/**
 * Parts of the app in a Windows process: reads `{ step, … }` from its argument and prints the result as JSON. Bundled by build/wine.mjs and run by a
 * genuine node.exe.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import spawn from 'cross-spawn';
import { z } from 'zod';
import { findClaude } from '../../../app/claude/installation/findClaude';
import { killTree } from '../../../app/claude/process/pipe/killTree';
import { windowsRun } from '../../../app/service/login/windowsRun';

const Step = z.discriminatedUnion('step', [
  z.object({ step: z.literal('write'), file: z.string(), text: z.string() }),
  z.object({ step: z.literal('find'), setting: z.string(), env: z.record(z.string(), z.string()) }),
  z.object({ step: z.literal('spawn'), program: z.string(), args: z.array(z.string()) }),
  z.object({ step: z.literal('killTree') }),
  z.object({ step: z.literal('registry'), key: z.string() }),
  z.object({ step: z.literal('switchOff') }),
  z.object({
    step: z.literal('login'),
    change: z.enum(['enable', 'disable', 'read']),
    program: z.string(),
    args: z.array(z.string()),
  }),
]);

const APPROVED = String.raw`HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run`;

async function run(step: z.infer<typeof Step>): Promise<unknown> {
  switch (step.step) {
    case 'write':
      mkdirSync(path.dirname(step.file), { recursive: true });
      writeFileSync(step.file, step.text);
      return null;
    case 'find':
      return findClaude({ setting: step.setting, env: { ...process.env, ...step.env } });
    case 'spawn':
      return output(step.program, step.args);
    case 'switchOff':
      // As the Task Manager does.
      execFileSync('reg', [
        'add',
        APPROVED,
        '/v',
        'Claudacity',
        '/t',
        'REG_BINARY',
        '/d',
        '030000000000000000000000',
        '/f',
      ]);
      return null;
    case 'killTree':
      return killedTree();
    case 'registry':
      return exported(step.key);
    case 'login': {
      const item = windowsRun(process.env, { program: step.program, args: step.args });
      if (step.change !== 'read') await item[step.change]();
      return item.read();
    }
  }
}

function output(program: string, args: readonly string[]): Promise<{ code: number | null; stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout?.on('data', (chunk) => (stdout += chunk));
    child.once('error', reject).once('close', (code) => resolve({ code, stdout }));
  });
}

/** The key's values as text. Not `reg query`, which writes in the code page of the console. */
function exported(key: string): string {
  const file = 'C:\\exported.reg';
  execFileSync('reg', ['export', key, file, '/y'], { stdio: 'ignore' });
  return readFileSync(file, 'utf16le');
}

/** Ends a process that has started another. */
async function killedTree() {
  const wait = 'setTimeout(() => {}, 60_000)';
  const script = `const child = require('node:child_process').spawn(process.execPath, ['-e', '${wait}'], { stdio: 'ignore' });
    process.stdout.write(String(child.pid)); ${wait}`;
  const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const child = await new Promise<number>((resolve) => parent.stdout?.once('data', (chunk) => resolve(Number(chunk))));
  const pids = [parent.pid ?? 0, child];
  const before = pids.map(isRunning);
  killTree(pids[0] ?? 0);
  for (let attempt = 0; attempt < 200 && pids.some(isRunning); attempt += 1) await sleep(50);
  return { before, after: pids.map(isRunning) };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

run(Step.parse(JSON.parse(Buffer.from(process.argv[2] ?? '', 'base64').toString('utf8')))).then(
  (result) => {
    process.stdout.write(`RESULT ${JSON.stringify(result)}\n`);
    process.exit(0);
  },
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
