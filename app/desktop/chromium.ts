/**
 * Chromium's own processes, where a session ends on Linux: a signal to the whole group ends the GPU process, and the zygote, which forks the others.
 * Chromium then starts GPU processes in vain, and aborts the app after six attempts, which take a few milliseconds: fewer than Node may take to tell
 * of the signal. So there is no limit, unless the GPU process crashes by itself: a broken driver needs it, because Chromium falls back to drawing
 * without the driver there. Nothing else would notice that the zygote is gone for good, so it is looked for.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { app } from 'electron';

const NO_LIMIT = 'disable-gpu-process-crash-limit';
const LOOK_EVERY_MS = 2_000;

/** Lets attempts go on. Read by Chromium at each of them. */
export function endlessAttempts(): void {
  app.commandLine.appendSwitch(NO_LIMIT);
}

/**
 * Keeps Chromium from aborting the app when its processes are ended by others.
 * @param onGone called once where the zygote has ended: no window can be opened any more.
 */
export function outliveChromium(onGone: () => void): void {
  if (process.platform !== 'linux') return;
  endlessAttempts();
  app.on('child-process-gone', (_event, { type, reason }) => {
    if (type === 'GPU' && reason !== 'killed' && reason !== 'clean-exit') app.commandLine.removeSwitch(NO_LIMIT);
  });
  const zygotes = childrenOf(process.pid).filter(isZygote);
  if (zygotes.length === 0) return;
  // It stays as a zombie, since nobody waits for it.
  const looking = setInterval(() => {
    if (zygotes.every((pid) => !hasEnded(pid))) return;
    clearInterval(looking);
    onGone();
  }, LOOK_EVERY_MS).unref();
}

/** The ids of a process's children; none where the kernel does not list them. */
function childrenOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
    );
  } catch {
    return [];
  }
}

function isZygote(pid: string): boolean {
  try {
    return /[\0 ]--type=zygote/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return false;
  }
}

function hasEnded(pid: string): boolean {
  try {
    // proc_pid_stat(5): the state follows the name, which is in brackets.
    return /\) Z [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}
