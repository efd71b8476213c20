/** Child processes for the scripts in build/. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * Runs a program and collects its output. Never rejects: a program that cannot be started counts as exit code 127.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number, signal?: AbortSignal }} [options]
 *   `timeoutMs` and `signal` kill it with SIGKILL; without them it may run for ever
 * @returns {Promise<{ code: number, output: string }>} stdout and stderr together; code 128 if a signal ended it
 */
export function captureOutput(command, args, { cwd = ROOT, env = process.env, timeoutMs, signal } = {}) {
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
 * Runs a program that uses this terminal. SIGINT, SIGTERM and SIGHUP are forwarded to it, and this process waits until it exits.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string }} [options]
 * @returns {Promise<number>} its exit code; 128 if a signal ended it
 * @throws if it cannot be started
 */
export function runInForeground(command, args, { env = process.env, cwd = ROOT } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: 'inherit' });
    // On a terminal, Ctrl+C already sends SIGINT to every process of the foreground group, the child included.
    const forwardedSignals = process.stdin.isTTY ? ['SIGTERM', 'SIGHUP'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];
    const forwardSignal = (/** @type {NodeJS.Signals} */ signal) => {
      if (forwardedSignals.includes(signal)) child.kill(signal);
    };
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, forwardSignal);
    const stopWatching = onNpmExit(() => child.kill('SIGTERM'));
    const cleanUp = () => {
      stopWatching();
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, forwardSignal);
    };
    child.on('error', (error) => {
      cleanUp();
      reject(error);
    });
    child.on('close', (code) => {
      cleanUp();
      resolve(code ?? 128);
    });
  });
}

/**
 * Calls `listener` when the npm process that runs this script exits; does nothing in a script that npm does not run. npm
 * starts scripts through a shell that forwards no signals, so after npm was killed the script and its children would run on.
 * @param {() => void} listener
 * @returns {() => void} stops watching
 */
export function onNpmExit(listener) {
  if (!process.env.npm_lifecycle_event) return () => {};
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    listener();
  }, 300);
  return () => clearInterval(watch);
}

/**
 * The command that runs npm. It runs npm's script with this Node where it knows the path, because Windows cannot spawn
 * `npm.cmd` without a shell.
 */
export function npmCommand() {
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js')) return { command: process.execPath, args: [script] };
  return process.platform === 'win32'
    ? {
        command: process.execPath,
        args: [path.join(path.dirname(process.execPath), 'node_modules/npm/bin/npm-cli.js')],
      }
    : { command: 'npm', args: [] };
}
