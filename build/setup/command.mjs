/** Child processes for the scripts in build/: run one to its end and know what it said. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * Runs a program and collects its output. A program that cannot be started counts as exit code 127.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number, signal?: AbortSignal }} [options]
 *   `timeoutMs` and `signal` kill it; none by default
 * @returns {Promise<{ code: number, output: string }>} stdout and stderr together; code 128 where a signal ended it
 */
export function capture(command, args, { cwd = ROOT, env = process.env, timeoutMs, signal } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
      ...(signal === undefined ? {} : { signal }),
      killSignal: 'SIGKILL',
    });
    let output = '';
    const collect = (/** @type {Buffer} */ chunk) => {
      output += chunk;
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => resolve({ code: 127, output: output || error.message }));
    child.on('close', (code) => resolve({ code: code ?? 128, output }));
  });
}

/**
 * Runs a program in the foreground, on this terminal.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string }} [options]
 * @returns {Promise<number>} its exit code; 128 where a signal ended it. SIGINT, SIGTERM and SIGHUP reach the child,
 *   and this process waits for it.
 */
export function foreground(command, args, { env = process.env, cwd = ROOT } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: 'inherit' });
    // Ctrl+C reaches the whole foreground group by itself: then the child has it already and only the wait matters.
    const passed = process.stdin.isTTY ? ['SIGTERM', 'SIGHUP'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];
    const pass = (/** @type {NodeJS.Signals} */ signal) => {
      if (passed.includes(signal)) child.kill(signal);
    };
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, pass);
    const stopWatching = whenAbandoned(() => child.kill('SIGTERM'));
    const done = () => {
      stopWatching();
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, pass);
    };
    child.on('error', (error) => {
      done();
      reject(error);
    });
    child.on('close', (code) => {
      done();
      resolve(code ?? 128);
    });
  });
}

/**
 * Tells when the npm that runs this script has gone. It starts scripts through a shell that passes no signal on, so to
 * end npm would otherwise leave them, and all that they started, running.
 * @param {() => void} react
 * @returns {() => void} ends the watch
 */
export function whenAbandoned(react) {
  if (!process.env.npm_lifecycle_event) return () => {};
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    react();
  }, 300);
  return () => clearInterval(watch);
}

/** npm's own script, run with this Node: `npm.cmd` cannot be spawned without a shell on Windows. */
export function npm() {
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js')) return { command: process.execPath, args: [script] };
  return process.platform === 'win32'
    ? {
        command: process.execPath,
        args: [path.join(path.dirname(process.execPath), 'node_modules/npm/bin/npm-cli.js')],
      }
    : { command: 'npm', args: [] };
}
