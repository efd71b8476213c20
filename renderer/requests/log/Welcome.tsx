/** What stands where requests will be: for a newcomer, how to make the first one. */
import { useApp, useCommands, usePageState, useStore } from '../../state/page';
import { Command } from '../../ui/CodeText';
import { plural } from '../../ui/format';

export function Welcome() {
  const { url, phase } = useApp((app) => app.server);
  const platform = useApp(({ app }) => app.platform);
  const commands = useCommands();
  if (phase === 'stopped' || phase === 'error') {
    return (
      <div className="empty">
        <h3>The server is not running</h3>
        <p>Programs cannot reach Claude until it is.</p>
        {phase === 'stopped' && (
          <button type="button" className="button button-main" onClick={() => void commands.startServer()}>
            Start server
          </button>
        )}
      </div>
    );
  }
  return (
    <div className="empty">
      <h3>No requests yet</h3>
      <p>Point a program at Claudacity and its requests appear here. On this computer any API key will do.</p>
      <dl className="recipes">
        <Recipe name="Programs for Ollama" note="host, or base URL">
          {url}
        </Recipe>
        <Recipe name="Programs for OpenAI" note="base URL">
          {`${url}/v1`}
        </Recipe>
        <Recipe name="Programs for Anthropic" note="base URL">
          {url}
        </Recipe>
        <Recipe name="The ollama command" note="in a terminal">
          {withVariable(platform, 'OLLAMA_HOST', url, 'ollama list')}
        </Recipe>
        <Recipe name="Just to see it work" note="in a terminal">
          {`curl ${url}/api/tags`}
        </Recipe>
      </dl>
    </div>
  );
}

function Recipe({ name, note, children }: { name: string; note: string; children: string }) {
  return (
    <div>
      <dt>
        {name} <span>{note}</span>
      </dt>
      <dd>
        <Command text={children} />
      </dd>
    </div>
  );
}

/** A command with a variable set for it, as the system's usual shell has it. */
function withVariable(platform: string, name: string, value: string, command: string): string {
  return platform === 'win32' ? `$env:${name}='${value}'; ${command}` : `${name}=${value} ${command}`;
}

/** What stands there where requests are held but the filter lets none of them pass. */
export function NoMatch({ onShowAll }: { onShowAll: () => void }) {
  const store = useStore();
  const older = usePageState((state) => state.older);
  return (
    <div className="empty">
      <h3>No request matches the filter</h3>
      <p>{plural(store.log.total(), 'request')} looked at.</p>
      <span className="empty-actions">
        {older !== 'end' && (
          <button
            type="button"
            className="button"
            disabled={older === 'loading'}
            onClick={() => void store.loadOlder()}
          >
            Look further back
          </button>
        )}
        <button type="button" className="button" onClick={onShowAll}>
          Show all
        </button>
      </span>
    </div>
  );
}
