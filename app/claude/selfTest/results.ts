/** The results of self-tests, kept in a file, so that each version of the CLI is tested once. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { errorText } from '../../shared/errorText';
import type { SelfTestVerdict } from './selfTest';

/** Has to be raised where the test or the way in which processes are reused has changed, so that every version is tested again. */
const REVISION = 2;

const Result = z.union([
  z.object({ passed: z.literal(true), appendsTexts: z.boolean(), testedAt: z.number() }),
  z.object({ passed: z.literal(false), testedAt: z.number(), reason: z.string() }),
]);
/** `testedAt` is in ms since the epoch. */
export type SelfTestResult = z.output<typeof Result>;

const Stored = z.object({
  revision: z.literal(REVISION),
  /** By `resultKey`. */
  results: z.record(z.string(), Result),
});

/** What the self-test has tested. */
export interface TestedProgram {
  readonly version: string;
  /** The program file's size in bytes: one that was built anew under the same version is tested again. */
  readonly size: number;
}

export interface SelfTestResults {
  /** undefined where the program was not tested, or failed more than a day ago. */
  find(program: TestedProgram): SelfTestResult | undefined;
  record(program: TestedProgram, verdict: SelfTestVerdict): void;
}

/** A test may have failed because the computer was busy, so it is repeated. */
const FAILURE_VALID_MS = 24 * 60 * 60_000;
const MAX_RESULTS = 20;

/**
 * @param file created where it does not exist, and ignored where it cannot be read.
 * @param onWarning called with a message for the log where the file cannot be written.
 */
export function openSelfTestResults(file: string, onWarning: (message: string) => void): SelfTestResults {
  const results = new Map<string, SelfTestResult>(Object.entries(read(file)?.results ?? {}));

  const write = () => {
    try {
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      const draft = `${file}.new`;
      const content = { revision: REVISION, results: Object.fromEntries(results) };
      writeFileSync(draft, JSON.stringify(content), { mode: 0o600 });
      renameSync(draft, file);
    } catch (error) {
      onWarning(`the result of the self-test could not be stored: ${errorText(error)}`);
    }
  };

  return {
    find: (program) => {
      const result = results.get(resultKey(program));
      const isOld = result?.passed === false && Date.now() - result.testedAt >= FAILURE_VALID_MS;
      return isOld ? undefined : result;
    },
    record: (program, verdict) => {
      const key = resultKey(program);
      // The newest is the last one.
      results.delete(key);
      results.set(key, { ...verdict, testedAt: Date.now() });
      for (const oldest of [...results.keys()].slice(0, -MAX_RESULTS)) results.delete(oldest);
      write();
    },
  };
}

function resultKey({ version, size }: TestedProgram): string {
  return `${version}/${size}`;
}

function read(file: string): z.output<typeof Stored> | undefined {
  try {
    return Stored.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}
