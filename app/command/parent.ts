/**
 * On Linux, Chromium looks for a display before any code of the app could tell it that none is needed. So the app's binary runs the command in a
 * second process, as plain Node, and waits for it without giving Chromium the chance. It cannot pass signals on meanwhile: the second process
 * ends itself when the first one is gone.
 */
import { spawnSync } from 'node:child_process';
import net from 'node:net';

const VARIABLE = 'CLAUDACITY_COMMAND_PARENT';
const DESCRIPTOR = 3;

/** Whether this process is the second one already, as where the binary does not run as plain Node. */
export function hasCommandParent(env: NodeJS.ProcessEnv): boolean {
  return env[VARIABLE] !== undefined;
}

/**
 * Runs the command as plain Node and returns its exit code. Blocks until it has ended.
 * @param script cli.cjs
 */
export function runAsNode(script: string, args: readonly string[]): number {
  // A terminal sends it to both processes: the first one must wait for the second one's end.
  process.on('SIGINT', () => {});
  const { status, error } = spawnSync(process.execPath, [script, ...args], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', [VARIABLE]: String(DESCRIPTOR) },
    // The last one is written by nobody, and closed by the end of this process.
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
  });
  if (error) throw error;
  return status ?? 1;
}

/** In the second process: ends it, as SIGTERM would, when the first one is gone. Does nothing elsewhere. */
export function endWithParent(env: NodeJS.ProcessEnv): void {
  if (env[VARIABLE] !== String(DESCRIPTOR)) return;
  // Programs that are started do not have the descriptor.
  delete env[VARIABLE];
  const socket = new net.Socket({ fd: DESCRIPTOR, readable: true, writable: false });
  const end = () => process.kill(process.pid, 'SIGTERM');
  socket.once('end', end).on('error', () => {});
  socket.resume();
  socket.unref();
}
