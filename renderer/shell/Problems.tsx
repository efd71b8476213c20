/** Banners for problems of the server and the CLI, each with the buttons that may fix it. */
import type { AppSettings, CliState, Problem, QuarantinedDatabase } from '../../app/shared/contract';
import { problemsOf } from '../../app/shared/problems';
import { callErrorText } from '../state/callErrorText';
import { useApp, useCommands, useNavigation, useServices } from '../state/services';
import { CodeText } from '../ui/CodeText';
import { CopyButton } from '../ui/CopyButton';
import { plural } from '../ui/format';
import { Icon } from '../ui/Icon';
import { usePending } from '../ui/usePending';
import { NoTrayNotice } from './NoTrayNotice';
import { PayNotice } from './plan/PayNotice';
import { UpdateNotice } from './updates/UpdateNotice';

/** Opens the settings page at a setting. */
type OnSettings = (setting: keyof AppSettings) => void;

export function Problems({ onSettings }: { onSettings: OnSettings }) {
  const server = useApp((app) => app.server);
  const cli = useApp((app) => app.cli);
  const storage = useApp((app) => app.storage);
  const payPinnedBy = useApp((app) => app.pinned.payWith);
  return (
    <div className="problems">
      {problemsOf({ server, cli, storage })
        // A sign-in that is under way has a banner of its own, in the place of the one that asks for it.
        .filter(({ code }) => !(cli.signIn && (code === 'signed_out' || code === 'authentication')))
        .map((problem) => (
          <ProblemBanner key={problem.code} problem={problem} onSettings={onSettings} />
        ))}
      <PayNotice choice={cli.payChoice} pinnedBy={payPinnedBy} />
      {cli.signIn && <SignIn {...cli.signIn} />}
      <UpdateNotice />
      <NoTrayNotice />
      {storage.quarantined.map((database) => (
        <QuarantinedBanner key={database.file} database={database} />
      ))}
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

/** Stays until the database is restored or the banner is dismissed. */
function QuarantinedBanner({ database }: { database: QuarantinedDatabase }) {
  const commands = useCommands();
  const { notices } = useServices();
  const restore = async () => {
    try {
      const { conversations, unreadable } = await commands.call('history.restore', database.file);
      const kept = unreadable > 0 ? ` ${unreadable} could not be read; the file stays in the data folder.` : '';
      notices.show(`${plural(conversations, 'conversation')} restored.${kept}`);
    } catch (error) {
      notices.show(callErrorText(error));
    }
  };
  return (
    <section className="problem" role="alert">
      <Icon name="warning" />
      <div className="problem-text">
        <strong>{QUARANTINE_MESSAGES[database.reason]} A new history was begun.</strong>
        <p>
          <CodeText>{quarantineText(database)}</CodeText>
        </p>
      </div>
      <div className="problem-actions">
        <Action label="Dismiss" run={() => commands.run('history.dismiss', database.file)} />
        <Action main label="Restore" busy="Restoring…" run={restore} />
      </div>
    </section>
  );
}

/** Where the file is, and what can be done with it; what is wrong with it, where the message does not say all. */
function quarantineText({ file, reason, detail }: QuarantinedDatabase): string {
  if (reason === 'newer') return `It is \`${file}\` in the data folder now. Update Claudacity, then restore it.`;
  return `It is \`${file}\` in the data folder now: ${detail}.`;
}

const QUARANTINE_MESSAGES: Record<QuarantinedDatabase['reason'], string> = {
  damaged: 'The file of the conversation history is damaged.',
  newer: 'The conversation history was written by a later version of Claudacity.',
  incomplete: 'The file of the conversation history is incomplete.',
};

function Actions({ code, onSettings }: { code: Problem['code']; onSettings: OnSettings }) {
  const commands = useCommands();
  const navigation = useNavigation();
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
          <Action
            main
            label="Use another port for this run"
            busy="Starting…"
            run={() => commands.run('server.startOnFreePort')}
          />
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
    case 'database_newer':
      return <Action label="Begin a new database" busy="Beginning…" run={() => commands.run('history.beginNew')} />;
    case 'plan_exhausted':
      return <Action label="Show usage" run={async () => navigation.open('usage')} />;
    // The app tries again by itself every few seconds.
    case 'disk_full':
    case 'disk_read_only':
    case 'data_folder_unusable':
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
