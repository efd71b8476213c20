/** Shown in place of an empty log: how to make the first request. */
import { useApp, useCommands } from '../../state/services';
import { Command } from '../../ui/CodeText';

export function Welcome() {
  const { url, phase } = useApp((app) => app.server);
  const platform = useApp(({ app }) => app.platform);
  const commands = useCommands();
  if (phase === 'stopped' || phase === 'error') {
    return (
      <div className="empty">
        <h3>The server is not running</h3>
        <p>Programs can reach Claude only while it runs.</p>
        {phase === 'stopped' && (
          <button type="button" className="button button-main" onClick={() => void commands.run('server.start')}>
            Start server
          </button>
        )}
      </div>
    );
  }
  return (
    <div className="empty">
      <h3>No requests yet</h3>
      <p>Point a program at Claudacity and its requests appear here. Programs on this computer may send any API key.</p>
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
        <Recipe name="A quick test" note="in a terminal">
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

/** A command with an environment variable set for it, in the syntax of the platform's usual shell. */
function withVariable(platform: string, name: string, value: string, command: string): string {
  return platform === 'win32' ? `$env:${name}='${value}'; ${command}` : `${name}=${value} ${command}`;
}
