/**
 * Runs the cases of Claude Code and Codex; `node build/run.mjs test/programs/commandLinePrograms.ts [name]`. The last line is always
 * `N passed, N failed`.
 */
import path from 'node:path';
import { ROOT } from '../../build/setup/command.mjs';
import { startRecordingProxy } from '../codex/recordingProxy';
import { removeFolder, scratchFolder } from '../support/cli';
import { startTestApp } from '../support/testApp';
import { program as claudeCode } from './claudeCode';
import { program as codex } from './codex';
import { CASE_NAMES, type CaseName, type Program } from './program';

const [wanted] = process.argv.slice(2);

/** @returns what the case has found wrong. */
async function runCase(program: Program, name: CaseName, installed: string): Promise<readonly string[]> {
  const app = await startTestApp();
  const proxy = await startRecordingProxy(app.port);
  const home = await scratchFolder();
  try {
    return await program.cases[name]({ app, proxy, home, installed });
  } catch (error) {
    return [String(error)];
  } finally {
    await proxy.close();
    await app.stop();
    await removeFolder(home);
  }
}

let passed = 0;
let failed = 0;
for (const program of [claudeCode, codex]) {
  if (wanted !== undefined && !program.name.toLowerCase().includes(wanted.toLowerCase())) continue;
  try {
    const installed = await program.install(path.join(ROOT, '.cache'));
    for (const name of CASE_NAMES) {
      const faults = await runCase(program, name, installed);
      if (faults.length === 0) passed += 1;
      else failed += 1;
      console.log([`${faults.length === 0 ? '✓' : '✗'} ${program.name}: ${name}`, ...faults].join('\n    '));
    }
  } catch (error) {
    failed += 1;
    console.log(`✗ ${program.name}: ${error}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
