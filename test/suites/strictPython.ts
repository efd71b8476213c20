/**
 * `npm run test:strict`: Anthropic's and OpenAI's Python packages in their strict mode, in which they refuse an answer that does not
 * have exactly the type of their own. Needs Python 3.9 or newer. The last line is always `N passed, N failed`.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { captureOutput, ROOT } from '../../build/setup/command.mjs';
import { text, thinking, toolUse } from '../support/messagesApi';
import { startTestApp } from '../support/testApp';

/** The versions that the checks were written for. */
const PACKAGES = ['anthropic==2.14.0', 'openai==3.57.0'];

const INSTALL_TIMEOUT_MS = 10 * 60_000;
const CHECKS_TIMEOUT_MS = 5 * 60_000;

/** Creates a virtual environment with the packages, unless there is one. @returns its Python. @throws Error with the output of what failed. */
async function installPackages(): Promise<string> {
  const folder = path.join(ROOT, '.cache', `strict-${PACKAGES.join('-').replaceAll('=', '')}`);
  const python = path.join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const done = path.join(folder, 'lib', 'installed');
  if (existsSync(done)) return python;
  const run = async (command: string, args: string[]) => {
    const { code, output } = await captureOutput(command, args, { timeoutMs: INSTALL_TIMEOUT_MS });
    if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${output.trim()}`);
  };
  await run(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', folder]);
  await run(python, ['-m', 'pip', 'install', '--quiet', ...PACKAGES]);
  await run(python, ['-c', 'import pathlib, sys; pathlib.Path(sys.argv[1]).touch()', done]);
  return python;
}

let passed = 0;
let failed = 0;
try {
  const python = await installPackages();
  const app = await startTestApp();
  try {
    app.api.chooseAnswer(({ history }) => {
      const question = JSON.stringify(history.at(-1));
      if (question.includes('Call the tool.')) return [text('I look.'), toolUse('weather', { city: 'Oslo' })];
      return question.includes('Think.') ? [thinking('Hm.', ' Well.'), text('Yes.')] : undefined;
    });
    const checks = path.join(ROOT, 'test', 'suites', 'strict', 'checks.py');
    const env = { PATH: process.env.PATH, HOME: app.home };
    const { code, output } = await captureOutput(python, [checks, app.url], { env, timeoutMs: CHECKS_TIMEOUT_MS });
    const lines = output.trim().split('\n');
    passed = lines.filter((line) => line.startsWith('ok ')).length;
    failed = lines.filter((line) => line.startsWith('failed ')).length;
    console.log(output.trim());
    if (code !== 0) failed += 1;
  } finally {
    await app.stop();
  }
} catch (error) {
  failed += 1;
  console.log(`failed: ${error}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
