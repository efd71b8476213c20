/**
 * `npm test`: every check there is, one after the other, none skipped because another failed. Prepares what they need
 * first. The last line is always `N passed, N failed`: the tests, plus one each for types, lint and imports.
 *
 * `node build/test.mjs <check> …` runs only those named.
 */
import './setup/node.mjs';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ensureElectron } from './electron.mjs';
import { captureOutput, onNpmExit, ROOT } from './setup/command.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { Problem, runCommand, runStep } from './setup/step.mjs';
import { ensureElectronLibraries, ensureTestPrograms } from './setup/systemPackages.mjs';

/**
 * @typedef {object} Tally
 * @property {number} passed
 * @property {number} failed
 */
/**
 * @typedef {object} Check
 * @property {string} says what it looks at
 * @property {(reportFile: string) => Promise<{ command: string[], env?: NodeJS.ProcessEnv }>} prepare
 * @property {(report: string) => Tally} [count] reads the tool's JSON report; without it the exit code counts as one
 * @property {number} minutes after which it is ended and counts as failed
 */

const bin = (/** @type {string} */ name) => path.join(ROOT, 'node_modules', '.bin', name);

/** @type {Record<string, Check>} */
const CHECKS = {
  types: { says: 'types (tsc)', minutes: 2, prepare: async () => ({ command: [bin('tsc'), '--noEmit'] }) },
  lint: { says: 'lint (biome)', minutes: 1, prepare: async () => ({ command: [bin('biome'), 'check', '.'] }) },
  imports: {
    says: 'import rules',
    minutes: 1,
    prepare: async () => ({ command: [process.execPath, 'build/imports.mjs'] }),
  },
  unit: vitest('unit', 6),
  api: vitest('api', 20),
  e2e: {
    says: 'tests of the window and the tray (Playwright)',
    minutes: 12,
    prepare: playwright,
    count: countPlaywright,
  },
  property: vitest('property', 15),
  clients: vitest('clients', 10),
  package: vitest('package', 12, preparePackage),
};
/**
 * One takes minutes, one writes a table into a document after tests that are among the others, and one installs a package on
 * this computer and removes it again: only where they are asked for.
 */
const ONLY_WHEN_NAMED = ['property', 'clients', 'package'];

await runCommand(async () => {
  const named = process.argv.slice(2);
  const unknown = named.filter((name) => !(name in CHECKS));
  if (unknown.length > 0)
    throw new Problem(`No such check: ${unknown.join(', ')}.`, `There are: ${Object.keys(CHECKS).join(', ')}.`);
  const chosen = named.length > 0 ? named : Object.keys(CHECKS).filter((name) => !ONLY_WHEN_NAMED.includes(name));

  if (!(await packagesAreThere())) {
    console.log('0 passed, 1 failed');
    process.exitCode = 1;
    return;
  }
  /** @type {{ line: string, tally: Tally }[]} */
  const results = [];
  for (const name of chosen) results.push(await run(name, /** @type {Check} */ (CHECKS[name])));

  const sum = (/** @type {keyof Tally} */ key) => results.reduce((total, { tally }) => total + tally[key], 0);
  console.log(`\n${results.map(({ line }) => line).join('\n')}\n`);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  if (sum('failed') > 0) process.exitCode = 1;
});

async function packagesAreThere() {
  return ensurePackages().then(
    () => true,
    (error) => {
      if (!(error instanceof Problem)) throw error;
      console.log(`${error.message}\n${error.remedy}`);
      return false;
    },
  );
}

/** @param {string} name @param {Check} check @returns {Promise<{ line: string, tally: Tally }>} */
async function run(name, check) {
  const started = Date.now();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claudacity-check-'));
  const reportFile = path.join(folder, 'report.json');
  console.log(`\n▸ ${check.says}`);
  /** @type {Tally} */
  let tally = { passed: 0, failed: 1 };
  try {
    const { command, env } = await check.prepare(reportFile);
    const code = await within(check.minutes, command, env);
    if (!check.count) tally = code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
    else if (fs.existsSync(reportFile)) tally = check.count(fs.readFileSync(reportFile, 'utf8'));
    // A tool that fails without a failed test, or leaves no report, has failed all the same.
    if (code !== 0 && tally.failed === 0) tally.failed = 1;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    console.log(`${error.message}\n${error.remedy}`);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  const took = `${Math.round((Date.now() - started) / 1000)} s`;
  const line = `${tally.failed ? '✗' : '✓'} ${name}: ${tally.passed} passed, ${tally.failed} failed (${took})`;
  console.log(line);
  return { line, tally };
}

/**
 * @param {number} minutes
 * @param {string[]} command
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<number>} exit code; -1 where it took too long
 */
function within(minutes, command, env = process.env) {
  return new Promise((resolve) => {
    const [program = '', ...args] = command;
    // A group of its own, so that what hangs goes with all that it started.
    const own = process.platform !== 'win32';
    const child = spawn(program, args, {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: own,
      shell: !own,
    });
    const end = () => {
      try {
        if (child.pid) process.kill(own ? -child.pid : child.pid, 'SIGKILL');
      } catch {
        // It has ended by itself meanwhile.
      }
    };
    const timer = setTimeout(() => {
      console.log(`ended after ${minutes} minutes`);
      end();
      resolve(-1);
    }, minutes * 60_000);
    const interrupted = () => {
      end();
      process.exit(130);
    };
    process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
    const stopWatching = onNpmExit(interrupted);
    const done = (/** @type {number} */ code) => {
      stopWatching();
      clearTimeout(timer);
      process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
      resolve(code);
    };
    child.on('error', (error) => {
      console.log(error.message);
      done(127);
    });
    child.on('close', (code) => done(code ?? 128));
  });
}

/**
 * @param {string} project
 * @param {number} minutes
 * @param {() => Promise<NodeJS.ProcessEnv>} [prepare]
 * @returns {Check}
 */
function vitest(project, minutes, prepare = async () => ({})) {
  return {
    says: `${project} tests (vitest)`,
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

/** @param {string} report @returns {Tally} */
function countVitest(report) {
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(report);
  const broken = testResults.filter(
    (/** @type {{ status: string, assertionResults: unknown[] }} */ file) =>
      file.status === 'failed' && file.assertionResults.length === 0,
  );
  return { passed: numPassedTests, failed: numFailedTests + broken.length };
}

/** @param {string} reportFile */
async function playwright(reportFile) {
  const { executable } = await ensureElectron();
  await ensureElectronLibraries(executable);
  await ensureTestPrograms();
  await ensureClaude();
  await bundle();
  const tests = [bin('playwright'), 'test', '--config', 'test/playwright.config.ts', '--reporter', 'list,json'];
  const screen = ['xvfb-run', '-a', '-s', '-screen 0 1440x1000x24'];
  return {
    command: process.platform === 'linux' ? ['dbus-run-session', '--', ...screen, ...tests] : tests,
    env: { ...process.env, ELECTRON_EXECUTABLE: executable, PLAYWRIGHT_JSON_OUTPUT_FILE: reportFile },
  };
}

/** @param {string} report @returns {Tally} */
function countPlaywright(report) {
  const { stats, errors } = JSON.parse(report);
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected + errors.length };
}

/** @returns {Promise<NodeJS.ProcessEnv>} */
async function preparePackage() {
  if (process.getuid?.() !== 0) {
    throw new Problem(
      'These tests install a package and add a user, which only root may.',
      'Run: sudo npm run test:package',
    );
  }
  await ensureTestPrograms();
  const { buildDeb } = await import('./dist.mjs');
  return { CLAUDACITY_DEB: await buildDeb() };
}

async function bundle() {
  const { bundle } = await import('./bundle.mjs');
  await runStep('Bundle', bundle).catch(() => {
    throw new Problem('The app could not be bundled.', 'The messages above name the files and lines.');
  });
}

/** Puts the CLI's binary in place where npm has skipped the package's install script, as npm 11 does by itself. */
async function ensureClaude() {
  const folder = path.join(ROOT, 'node_modules', '@anthropic-ai', 'claude-code');
  const placed = fs.statSync(path.join(folder, 'bin', 'claude.exe'), { throwIfNoEntry: false });
  if (placed && placed.size > 1e6) return;
  await captureOutput(process.execPath, [path.join(folder, 'install.cjs')]);
}
