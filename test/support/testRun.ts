/** Vitest's global setup: a folder for what the test files of one run share. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The variable of the folder; the workers inherit it. */
export const RUN_FOLDER_VARIABLE = 'CLAUDACITY_TEST_RUN';

export default function setup(): (() => void) | undefined {
  // Each project of the run has this setup.
  if (process.env[RUN_FOLDER_VARIABLE] !== undefined) return;
  const folder = mkdtempSync(path.join(tmpdir(), 'claudacity-test-run-'));
  process.env[RUN_FOLDER_VARIABLE] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
