/** The bar at the bottom of the window: the CLI and its account, in the colour of the app's state, and links. */
import { appStatus, canAnswer } from '../../../app/shared/appStatus';
import type { CliState } from '../../../app/shared/contract';
import { useApp, useCommands } from '../../state/services';

export function StatusBar({ onShortcuts }: { onShortcuts: () => void }) {
  const cli = useApp((app) => app.cli);
  const version = useApp(({ app }) => app.version);
  const server = useApp((app) => app.server);
  const storage = useApp((app) => app.storage);
  const status = appStatus({ server, cli, storage });
  const commands = useCommands();
  return (
    <footer className="status-bar">
      <span className="cli" data-level={status.level} title={cliDetails(cli)}>
        <span className="dot" />
        <span className="cli-text">{[...(canAnswer(status) ? [] : [status.label]), cliText(cli)].join(' · ')}</span>
      </span>
      <span className="status-end">
        <button
          type="button"
          className="link"
          disabled={server.phase !== 'running'}
          onClick={() => void commands.run('externalPage.open', 'docs')}
        >
          API reference
        </button>
        <button type="button" className="link" onClick={() => void commands.run('externalPage.open', 'readme')}>
          Help
        </button>
        <button type="button" className="link" onClick={onShortcuts}>
          Shortcuts <kbd>?</kbd>
        </button>
        <span>v{version}</span>
      </span>
    </footer>
  );
}

function cliText({ phase, version, account, authMethod }: CliState): string {
  const name = version ? `claude ${version}` : 'claude';
  if (phase === 'checking') return `Checking ${name}…`;
  const signedIn = account ?? authMethod;
  return signedIn ? `${name} · signed in: ${signedIn}` : name;
}

function cliDetails({ path, processes }: CliState): string {
  return [path, processes && `Processes: ${processes}`].filter((line) => line !== undefined).join('\n');
}
