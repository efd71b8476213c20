/**
 * Tells systemd what the server does, where systemd has started it with `Type=notify`. Node has no datagram sockets of Unix, so
 * systemd-notify, which belongs to systemd, sends the messages. It waits until systemd has read them, so that the sender is still known then.
 */
import { runProgram } from './runProgram';

export interface Readiness {
  /** Resolves once systemd knows; does nothing without systemd. Never rejects. */
  ready(status: string): Promise<void>;
  /** @param limitMs the longest time that stopping may take from now on */
  stopping(limitMs: number): Promise<void>;
}

export function systemdReadiness(env: NodeJS.ProcessEnv, warn: (message: string) => void): Readiness {
  const notify = async (...messages: string[]) => {
    if (!env.NOTIFY_SOCKET) return;
    const { code, stderr, isMissing } = await runProgram('systemd-notify', messages, { env, timeoutMs: 5_000 });
    if (code === 0) return;
    warn(`systemd was not told: ${isMissing ? 'systemd-notify is not installed' : stderr.trim()}`);
  };
  return {
    ready: (status) => notify('--ready', `--status=${status}`),
    stopping: (limitMs) => notify('STOPPING=1', '--status=Stopping', `EXTEND_TIMEOUT_USEC=${limitMs * 1000}`),
  };
}
