/**
 * `npm run test:programs [name]`: lets unmodified programs chat, call tools and stop, and writes what each can do into
 * context/PROGRAMS.md. The last line is always `N passed, N failed`.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from '../../build/setup/command.mjs';
import { removeFolder, scratchFolder } from '../support/cli';
import { startRecordingProxy } from '../support/recordingProxy';
import { startTestApp } from '../support/testApp';
import { program as aider } from './aider';
import { program as claudeCode } from './claudeCode';
import { program as cline } from './cline';
import { codex, codexOss } from './codex';
import { program as continueCli } from './continue';
import { program as llm } from './llm';
import { program as ollama } from './ollamaCommand';
import { program as opencode } from './opencode';
import { openWebuiChat, openWebuiOllama, openWebuiResponses } from './openWebui/program';
import { program as pi } from './pi';
import { CASE_NAMES, type CaseResult, type Program, type ProgramCase } from './program';
import { type Cells, writeTable } from './table';

/** In the order of the table's rows. */
const PROGRAMS: readonly Program[] = [
  ollama,
  claudeCode,
  codex,
  codexOss,
  opencode,
  continueCli,
  cline,
  llm,
  pi,
  aider,
  openWebuiOllama,
  openWebuiChat,
  openWebuiResponses,
];

const CACHE = path.join(ROOT, '.cache', 'programs');

const [wanted = ''] = process.argv.slice(2);
let passed = 0;
let failed = 0;
const rows = new Map<Program, Cells>();
/** Why programs could not be installed on this system. */
const skipped = new Map<Program, string>();
await mkdir(CACHE, { recursive: true });
for (const program of PROGRAMS.filter(({ name }) => letters(name).includes(letters(wanted)))) {
  try {
    const installed = await program.install(CACHE);
    if (typeof installed === 'string') {
      rows.set(program, await runProgram(program, installed));
    } else {
      skipped.set(program, installed.unsupported);
      console.log(`– ${program.name}: ${installed.unsupported}`);
    }
  } catch (error) {
    failed += 1;
    console.log(`✗ ${program.name}: ${error}`);
  }
}
if (passed + failed + skipped.size === 0) {
  failed = 1;
  console.log(`✗ no program is called “${wanted}”: ${PROGRAMS.map(({ name }) => name).join(', ')}`);
}
await writeTable(PROGRAMS, rows, skipped);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** `open-webui` names “Open WebUI (Ollama)” and its other connections. */
function letters(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

async function runProgram(program: Program, installed: string): Promise<Cells> {
  const stop = await program.start?.(installed);
  try {
    return await runCases(program, installed);
  } finally {
    await stop?.();
  }
}

async function runCases(program: Program, installed: string): Promise<Cells> {
  const cells: Cells = {};
  for (const name of CASE_NAMES) {
    const one = program.cases[name];
    if ('unsupported' in one) {
      cells[name] = one.unsupported;
      console.log(`– ${program.name}: ${name}: ${one.unsupported}`);
      continue;
    }
    const faults = await runCase(one, installed);
    if (faults.length === 0) passed += 1;
    else failed += 1;
    cells[name] = faults.length === 0 ? '✓' : '✗';
    console.log([`${cells[name]} ${program.name}: ${name}`, ...faults].join('\n    '));
  }
  return cells;
}

async function runCase(run: Exclude<ProgramCase, { unsupported: string }>, installed: string): Promise<CaseResult> {
  const app = await startTestApp();
  const proxy = await startRecordingProxy(app.port);
  const home = await scratchFolder();
  try {
    return await run({ app, proxy, home, installed });
  } catch (error) {
    return [String(error)];
  } finally {
    await proxy.close();
    await app.stop();
    await removeFolder(home);
  }
}
