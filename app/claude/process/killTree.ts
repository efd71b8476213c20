/** Ends a process and all that it started, now. It must be the head of its own process group, which pipe.ts sees to. */
import spawn from 'cross-spawn';

/** Without an error where it is gone already. */
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
      // No such group: the process itself may still be there. No such process: then it has ended.
    }
  }
}
