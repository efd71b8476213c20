/** What the server does and the few things one does to it. */
import type { ServerState, Theme } from '../../app/shared/contract';
import { useApp, useCommands } from '../state/page';
import { CopyButton } from '../ui/CopyButton';
import { Icon, type IconName } from '../ui/Icon';
import { keyName } from '../ui/keys';
import { usePending } from '../ui/usePending';

/** What the page shows. A narrow window alone has to choose the overview: in a wide one it is beside the others. */
export type View = 'requests' | 'history' | 'overview';

export interface HeaderProps {
  view: View;
  narrow: boolean;
  onView: (view: View) => void;
  onSettings: () => void;
}

export function Header({ view, narrow, onView, onSettings }: HeaderProps) {
  return (
    <header className="header">
      <h1 className="brand">
        <Mark />
        <span>Claudacity</span>
      </h1>
      <ServerStatus />
      <ViewSwitch view={view} narrow={narrow} onView={onView} />
      <span className="header-end">
        <StartStop />
        <ThemeSwitch />
        <button
          type="button"
          className="icon-button"
          title={`Settings (${keyName(',')})`}
          aria-label="Settings"
          onClick={onSettings}
        >
          <Icon name="settings" />
        </button>
      </span>
    </header>
  );
}

/** The speech bubble with the small city in it, as in the tray. */
function Mark() {
  return (
    <svg className="mark" viewBox="0 0 16 16" aria-hidden="true">
      <path
        fillRule="evenodd"
        d="M3 1h10a3 3 0 0 1 3 3v5a3 3 0 0 1-3 3H8l-3.3 3A1 1 0 0 1 3 14.3V12a3 3 0 0 1-3-3V4a3 3 0 0 1 3-3ZM3 7v3h2V7ZM7 3v7h2V3ZM11 5v5h2V5Z"
      />
    </svg>
  );
}

const PHASE_NAMES: Record<ServerState['phase'], string> = {
  starting: 'Starting',
  running: 'Running',
  stopping: 'Stopping',
  stopped: 'Stopped',
  error: 'Not running',
};

function ServerStatus() {
  const server = useApp((app) => app.server);
  const open = server.phase === 'running' && server.host !== '127.0.0.1' && server.host !== 'localhost';
  return (
    <div className="server">
      <span className="server-phase" role="status" data-phase={server.phase}>
        <span className="dot" />
        {PHASE_NAMES[server.phase]}
      </span>
      <span className="server-address" title={open ? `Listens on ${server.host}: other computers need an API key` : ''}>
        <code title={server.url}>{server.url}</code>
        <CopyButton text={server.url} label="Copy address" />
      </span>
    </div>
  );
}

const VIEWS: { name: View; label: string; title?: string }[] = [
  { name: 'requests', label: 'Requests', title: keyName('1') },
  { name: 'history', label: 'History', title: keyName('2') },
  { name: 'overview', label: 'Overview' },
];

function ViewSwitch({ view, narrow, onView }: Pick<HeaderProps, 'view' | 'narrow' | 'onView'>) {
  return (
    <fieldset className="segments view-switch" aria-label="View">
      {VIEWS.filter(({ name }) => narrow || name !== 'overview').map(({ name, label, title = '' }) => (
        <button key={name} type="button" title={title} aria-pressed={view === name} onClick={() => onView(name)}>
          {label}
        </button>
      ))}
    </fieldset>
  );
}

function StartStop() {
  const phase = useApp((app) => app.server.phase);
  const commands = useCommands();
  const up = phase === 'running' || phase === 'stopping';
  const [run, pending] = usePending(up ? commands.stopServer : commands.startServer);
  const busy = pending || phase === 'starting' || phase === 'stopping';
  return (
    <button
      type="button"
      className={up ? 'button start-stop' : 'button button-main start-stop'}
      disabled={busy}
      onClick={run}
    >
      <Icon name={up ? 'stop' : 'play'} />
      <span>{up ? 'Stop' : 'Start'}</span>
    </button>
  );
}

const THEMES: { theme: Theme; name: string; icon: IconName }[] = [
  { theme: 'system', name: 'Theme of the system', icon: 'screen' },
  { theme: 'light', name: 'Light theme', icon: 'sun' },
  { theme: 'dark', name: 'Dark theme', icon: 'moon' },
];

function ThemeSwitch() {
  const current = useApp((app) => app.settings.theme);
  const pinnedBy = useApp((app) => app.pinned.theme);
  const commands = useCommands();
  return (
    <fieldset
      className="segments"
      aria-label="Theme"
      title={pinnedBy ? `Set by ${pinnedBy}` : ''}
      disabled={!!pinnedBy}
    >
      {THEMES.map(({ theme, name, icon }) => (
        <button
          key={theme}
          type="button"
          title={pinnedBy ? '' : name}
          aria-label={name}
          aria-pressed={current === theme}
          onClick={() => void commands.setTheme(theme)}
        >
          <Icon name={icon} />
        </button>
      ))}
    </fieldset>
  );
}
