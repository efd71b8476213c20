/** The bar on top of the window: the state of the app and the server's address, who pays and what is left of the plan, start and stop. */
import { appStatus } from '../../../app/shared/appStatus';
import { useApp, useCommands } from '../../state/services';
import { CopyButton } from '../../ui/CopyButton';
import { Icon } from '../../ui/Icon';
import { usePending } from '../../ui/usePending';
import { PlanMeters } from '../plan/PlanMeters';

export function Header() {
  return (
    <header className="header">
      <h1 className="brand">
        <Mark />
        <span>Claudacity</span>
      </h1>
      <ServerStatus />
      <PayerLabel />
      <PlanMeters />
      <span className="header-end">
        <StartStop />
      </span>
    </header>
  );
}

/** The app's icon: a speech bubble with a small city in it. */
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

function ServerStatus() {
  const server = useApp((app) => app.server);
  const cli = useApp((app) => app.cli);
  const storage = useApp((app) => app.storage);
  const { level, label, text } = appStatus({ server, cli, storage });
  const open = server.phase === 'running' && server.host !== '127.0.0.1' && server.host !== 'localhost';
  return (
    <div className="server">
      <span className="server-phase" role="status" title={text} data-level={level}>
        <span className="dot" />
        {label}
      </span>
      <span className="server-address" title={open ? `Listens on ${server.host}; other computers need an API key` : ''}>
        <code title={server.url}>{server.url}</code>
        <CopyButton text={server.url} label="Copy address" />
      </span>
    </div>
  );
}

/** Who pays for the requests, at all times in view: the account is somebody's money. */
function PayerLabel() {
  const payer = useApp((app) => app.cli.payer);
  if (!payer) return null;
  return (
    <span className="payer" title={`Paid by ${payer.description}`} data-billing={payer.billing}>
      {payer.label}
    </span>
  );
}

function StartStop() {
  const phase = useApp((app) => app.server.phase);
  const commands = useCommands();
  const isUp = phase === 'running' || phase === 'stopping';
  const [run, pending] = usePending(() => commands.run(isUp ? 'server.stop' : 'server.start'));
  const busy = pending || phase === 'starting' || phase === 'stopping';
  return (
    <button
      type="button"
      className={isUp ? 'button start-stop' : 'button button-main start-stop'}
      disabled={busy}
      onClick={run}
    >
      <Icon name={isUp ? 'stop' : 'play'} />
      <span>{isUp ? 'Stop' : 'Start'}</span>
    </button>
  );
}
