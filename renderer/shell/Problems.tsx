/** Banners for problems of the server and the CLI, each with the buttons that may fix it. */
import type { AppSettings, CliState, Problem } from '../../app/shared/contract';
import { problemsOf } from '../../app/shared/problems';
import { useApp, useCommands } from '../state/services';
import { CodeText } from '../ui/CodeText';
import { CopyButton } from '../ui/CopyButton';
import { Icon } from '../ui/Icon';
import { usePending } from '../ui/usePending';

/** Opens the settings page at a setting. */
type OnSettings = (setting: keyof AppSettings) => void;

export function Problems({ onSettings }: { onSettings: OnSettings }) {
  const server = useApp((app) => app.server);
  const cli = useApp((app) => app.cli);
  return (
    <div className="problems">
      {problemsOf({ server, cli }).map((problem) => (
        <ProblemBanner key={problem.code} problem={problem} onSettings={onSettings} />
      ))}
      {cli.signIn && <SignIn {...cli.signIn} />}
    </div>
  );
}

/** A sign-in that is under way. The address is for a computer on which no browser has opened. */
function SignIn({ url }: NonNullable<CliState['signIn']>) {
  const commands = useCommands();
  return (
    <section className="problem problem-progress" aria-label="Sign-in">
      <Icon name="screen" />
      <div className="problem-text">
        <strong>Continue in your browser to sign in.</strong>
        <p>
          {url === null ? (
            'Waiting for the address of the page…'
          ) : (
            <>
              If no browser has opened, go to{' '}
              <span className="command">
                <code title={url}>{url}</code>
                <CopyButton text={url} label="Copy link" />
              </span>
            </>
          )}
        </p>
      </div>
      <div className="problem-actions">
        <Action label="Cancel" busy="Cancelling…" run={() => commands.run('cli.cancelSignIn')} />
      </div>
    </section>
  );
}

function ProblemBanner({ problem, onSettings }: { problem: Problem; onSettings: OnSettings }) {
  return (
    <section className="problem" role="alert">
      <Icon name="warning" />
      <div className="problem-text">
        <strong>{problem.message}</strong>
        <p>
          <CodeText>{problem.remedy}</CodeText>
        </p>
      </div>
      <div className="problem-actions">
        <Actions code={problem.code} onSettings={onSettings} />
      </div>
    </section>
  );
}

function Actions({ code, onSettings }: { code: Problem['code']; onSettings: OnSettings }) {
  const commands = useCommands();
  const checkAgain = <Action label="Check again" busy="Checking…" run={() => commands.run('cli.check')} />;
  const startAgain = <Action label="Start again" busy="Starting…" run={() => commands.run('server.start')} />;
  const installPage = (
    <Action main label="How to install" run={() => commands.run('externalPage.open', 'install-cli')} />
  );
  const change = (label: string, setting: keyof AppSettings) => (
    <Action main label={label} run={async () => onSettings(setting)} />
  );
  switch (code) {
    case 'signed_out':
    case 'authentication':
      return (
        <>
          {checkAgain}
          <Action main label="Sign in" busy="Signing in…" run={() => commands.run('cli.signIn')} />
        </>
      );
    case 'cli_missing':
    case 'cli_outdated':
      return (
        <>
          {checkAgain}
          {installPage}
        </>
      );
    case 'cli_failed':
      return checkAgain;
    case 'port_taken':
      return (
        <>
          {startAgain}
          {change('Change port', 'port')}
        </>
      );
    case 'address_unavailable':
      return (
        <>
          {startAgain}
          {change('Change address', 'host')}
        </>
      );
    case 'server_failed':
      return startAgain;
    case 'plan_exhausted':
      return null;
  }
}

interface ActionProps {
  label: string;
  /** The label while the action runs. */
  busy?: string;
  main?: boolean;
  run: () => Promise<unknown>;
}

function Action({ label, busy = label, main = false, run }: ActionProps) {
  const [start, pending] = usePending(run);
  return (
    <button type="button" className={main ? 'button button-main' : 'button'} disabled={pending} onClick={start}>
      {pending ? busy : label}
    </button>
  );
}
