/**
 * Chromium's own processes, where a session ends on Linux. A signal to the whole group ends the GPU process and the zygote, which forks the others.
 * Chromium then tries six times to start a GPU process and aborts the app. That takes a few milliseconds, less than Node may take to report the signal.
 * So the app lifts Chromium's limit of six. It is back once the GPU process has crashed by itself, because with a broken driver Chromium draws without
 * it at the limit. Without the limit nothing reports that the zygote has ended, so the app looks for it.
 */
import { readFileSync } from 'node:fs';
import { app } from 'electron';

/** Chromium reads it at each attempt. */
const NO_CRASH_LIMIT = 'disable-gpu-process-crash-limit';
const LOOK_EVERY_MS = 2_000;

/** Lets Chromium try to start a GPU process any number of times. */
export function liftGpuCrashLimit(): void {
  app.commandLine.appendSwitch(NO_CRASH_LIMIT);
}

/**
 * Keeps Chromium from aborting the app when something else has ended its processes. Does nothing on other systems than Linux.
 * @param onZygoteExit called once where the zygote has ended: no window can be opened any more.
 */
export function watchChromium(onZygoteExit: () => void): void {
  if (process.platform !== 'linux') return;
  liftGpuCrashLimit();
  app.on('child-process-gone', (_event, { type, reason }) => {
    if (type === 'GPU' && reason !== 'killed' && reason !== 'clean-exit') app.commandLine.removeSwitch(NO_CRASH_LIMIT);
  });
  const zygotes = childrenOfMainThread().filter(isZygote);
  if (zygotes.length === 0) return;
  const timer = setInterval(() => {
    if (!zygotes.some(hasExited)) return;
    clearInterval(timer);
    onZygoteExit();
  }, LOOK_EVERY_MS).unref();
}

/** The ids of the processes that the main thread has started, as it does the zygotes; none where the kernel does not list them. */
function childrenOfMainThread(): string[] {
  return readProcess(`self/task/${process.pid}/children`).split(' ').filter(Boolean);
}

function isZygote(pid: string): boolean {
  return /[\0 ]--type=zygote/.test(readProcess(`${pid}/cmdline`));
}

/** Chromium does not wait for a zygote, so one that has exited stays as a zombie. */
function hasExited(pid: string): boolean {
  const stat = readProcess(`${pid}/stat`);
  // proc_pid_stat(5): the state follows the name, which is in brackets.
  return stat === '' || /\) Z [^)]*$/.test(stat);
}

/** A file in /proc; '' where it is not there. */
function readProcess(name: string): string {
  try {
    return readFileSync(`/proc/${name}`, 'utf8');
  } catch {
    return '';
  }
}
