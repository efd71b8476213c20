/** Ends a process and every process that it has started, at once. */
import spawn from 'cross-spawn';

/**
 * Does nothing where the process has already ended.
 * @param pid of a process that leads its own process group, as a child of `openPipe` does.
 */
export function killTree(pid: number): void {
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true });
    return;
  }
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL');
      return;
    } catch {
      // The first attempt fails where there is no such process group, the second where the process has ended.
    }
  }
}
