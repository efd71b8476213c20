/**
 * The result of the self-test for the pinned CLI. The real test runs once in a run of tests; the apps under test read its result from a
 * file, as after a restart, and reuse processes from their start.
 */
import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { childEnvironment } from '../../app/claude/installation/environment';
import { readVersion } from '../../app/claude/installation/inspectClaude';
import { DEADLINES } from '../../app/claude/process/deadlines/deadlines';
import { openSelfTestResults } from '../../app/claude/selfTest/results';
import { runSelfTest } from '../../app/claude/selfTest/selfTest';
import { claudePath, cliEnvironment, removeFolder, scratchFolder } from './cli';
import { RUN_FOLDER_VARIABLE } from './testRun';

const Known = z.object({ version: z.string(), fault: z.string().optional() });
type Known = z.infer<typeof Known>;

/** The test itself takes 60 s at the most. */
const LONGEST_WAIT_MS = 80_000;

let known: Promise<Known> | undefined;

/**
 * Stores the result for the pinned CLI in an app's file. Does nothing where the file cannot be written.
 * @param programs paths of scripts around the pinned CLI, for which it is stored too; those that do not exist are left out.
 * @throws Error where the self-test has failed.
 */
export async function storeSelfTest(file: string, ...programs: (string | undefined)[]): Promise<void> {
  known ??= once();
  const { version, fault } = await known;
  if (fault !== undefined) throw new Error(`the self-test has failed on ${version}: ${fault}`);
  const results = openSelfTestResults(file, () => {});
  for (const program of new Set([claudePath(), ...programs])) {
    const size = program ? statSync(program, { throwIfNoEntry: false })?.size : undefined;
    if (size !== undefined) results.record({ version, size }, { passed: true, appendsTexts: true });
  }
}

/** The test files of one run are different processes: the first one runs the test, the others wait for its result. */
async function once(): Promise<Known> {
  const folder = process.env[RUN_FOLDER_VARIABLE];
  if (folder === undefined) return test();
  const file = path.join(folder, 'selfTest.json');
  const isFirst = await mkdir(path.join(folder, 'selfTest.lock')).then(
    () => true,
    () => false,
  );
  if (isFirst) {
    const result = await test();
    await writeFile(`${file}.new`, JSON.stringify(result));
    await rename(`${file}.new`, file);
    return result;
  }
  const deadline = Date.now() + LONGEST_WAIT_MS;
  while (!existsSync(file)) {
    if (Date.now() > deadline) throw new Error('the self-test of another test file has not ended');
    await sleep(50);
  }
  return Known.parse(JSON.parse(await readFile(file, 'utf8')));
}

async function test(): Promise<Known> {
  const home = await scratchFolder();
  try {
    const base = cliEnvironment({ url: '' }, home);
    const version = await readVersion(claudePath(), base);
    const env = childEnvironment(base, { ownPorts: [], version });
    const verdict = await runSelfTest({
      ...{ command: claudePath(), env, limitMs: 60_000, deadlines: DEADLINES },
      signal: new AbortController().signal,
      onProcess: () => {},
    });
    return verdict.passed ? { version } : { version, fault: verdict.reason };
  } finally {
    await removeFolder(home);
  }
}
