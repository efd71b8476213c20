/** The bar at the bottom of the window: the state of the CLI, and links. */
import type { CliState } from '../../app/shared/contract';
import { useApp, useCommands } from '../state/services';

export function StatusBar({ onShortcuts }: { onShortcuts: () => void }) {
  const cli = useApp((app) => app.cli);
  const version = useApp(({ app }) => app.version);
  const running = useApp((app) => app.server.phase === 'running');
  const commands = useCommands();
  return (
    <footer className="status-bar">
      <span className="cli" data-phase={cli.phase} title={cliDetails(cli)}>
        <span className="dot" />
        {cliText(cli)}
      </span>
      <span className="status-end">
        <button
          type="button"
          className="link"
          disabled={!running}
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
  if (phase === 'problem') return `${name} cannot answer`;
  if (phase === 'limited') return `${name} · the plan’s limit is used up`;
  const signedIn = account ?? authMethod;
  return signedIn ? `${name} · signed in: ${signedIn}` : name;
}

function cliDetails({ path, processes }: CliState): string {
  return [path, processes && `Processes: ${processes}`].filter((line) => line !== undefined).join('\n');
}
