/** The app's state in one glance: the tray's icon, and a line of text for its tooltip and the top of its menu. */
import type { CliState, ServerState, StorageState } from '../../shared/contract';
import { impactOf, problemsOf } from '../../shared/problems';

export type TrayIcon = 'running' | 'stopped' | 'error';

export interface TrayStatus {
  icon: TrayIcon;
  text: string;
}

export function trayStatus(server: ServerState, cli: CliState, storage: StorageState): TrayStatus {
  const [problem] = problemsOf({ server, cli, storage });
  if (problem && impactOf(problem) === 'all') return { icon: 'error', text: problem.message };
  return { icon: server.phase === 'running' ? 'running' : 'stopped', text: problem?.message ?? phaseText(server) };
}

function phaseText({ phase, url }: ServerState): string {
  switch (phase) {
    case 'running':
      return `Running on ${url}`;
    case 'starting':
      return 'Starting…';
    case 'stopping':
      return 'Stopping…';
    case 'stopped':
      return 'Stopped';
    case 'error':
      return 'The server could not be started';
  }
}
