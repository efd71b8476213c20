/** `claudacity status`: whether the app can answer, who pays, and what starts it. */
import { NotRunningError } from '../../control/client';
import type { ServiceState } from '../../service/serviceTypes';
import { appStatus, canAnswer } from '../../shared/appStatus';
import { problemsOf } from '../../shared/problems';
import { jsonDocument } from '../format';
import type { StatusOutput } from '../output';
import { type AddCommand, type CommandRuntime, EXIT_CODES, JSON_OPTION, withApp } from '../runtime';

export const addStatus: AddCommand = (program, runtime, outcome) => {
  program
    .command('status')
    .description('tell whether the app runs and can answer, who pays, and what starts it')
    .option(...JSON_OPTION)
    .action(async ({ json }: { json?: true }) => {
      const { terminal } = runtime;
      const [app, service] = await Promise.all([readApp(runtime), readService(runtime)]);
      if (json)
        terminal.print(jsonDocument({ running: app !== undefined, ...(app ?? {}), service } satisfies StatusOutput));
      else if (app) printApp(app, runtime);
      if (!json && service?.installed) printService(service, runtime);
      if (app === undefined) {
        terminal.note('Claudacity is not running.');
        outcome.exitCode = EXIT_CODES.notRunning;
      } else if (app.level === 'blocked') {
        outcome.exitCode = EXIT_CODES.cannotAnswer;
      }
    });
};

type AppOutput = Omit<StatusOutput, 'running' | 'service'>;

/** undefined where it is not running. */
async function readApp(runtime: CommandRuntime): Promise<AppOutput | undefined> {
  try {
    return await withApp(runtime, async (app) => {
      const [{ app: info, server, cli, keys, storage }, { pid, hasWindow, startedAt }] = await Promise.all([
        app.read('app', 'server', 'cli', 'keys', 'storage'),
        app.call('app.process'),
      ]);
      const sources = { server, cli, storage };
      const status = appStatus(sources);
      return {
        ...{ version: info.version, pid, hasWindow, startedAt, level: status.level, label: status.label },
        canAnswer: canAnswer(status),
        server: { phase: server.phase, url: server.url, host: server.host, port: server.port },
        cli: { phase: cli.phase, path: cli.path ?? null, version: cli.version ?? null, payer: cli.payer ?? null },
        keys: keys.keys.filter(({ revokedAt }) => revokedAt === null).length,
        problems: problemsOf(sources).map(({ code, message, remedy }) => ({ code, message, remedy })),
      };
    });
  } catch (error) {
    if (error instanceof NotRunningError) return undefined;
    throw error;
  }
}

/** null where this system has no service that could be asked. */
async function readService({ service }: CommandRuntime): Promise<ServiceState | null> {
  return service.status().catch(() => null);
}

function printApp(app: NonNullable<AppOutput>, { terminal: { print, paint } }: CommandRuntime): void {
  const { version, server, cli, keys, problems, label, hasWindow, pid } = app;
  const colour = app.canAnswer ? paint.good : app.level === 'blocked' ? paint.bad : paint.warn;
  print(`Claudacity ${version}, ${colour(label ?? '')}`);
  print(
    `Server      ${server?.phase === 'running' ? `running on ${server.url}` : server && SERVER_WORDS[server.phase]}`,
  );
  print(`Claude CLI  ${[cli?.version, cli?.phase].filter(Boolean).join(', ')}`);
  if (cli?.payer) print(`Who pays    ${cli.payer.description}`);
  print(`API keys    ${keys}`);
  print(`Process     ${pid}, ${hasWindow ? 'with a window' : 'without a window'}`);
  for (const { message, remedy } of problems ?? []) print(`${paint.bad(message)} ${remedy}`);
}

/** What starts the app, in words. */
export const SERVICE_WORDS: Readonly<Record<ServiceState['kind'], string>> = {
  'desktop-login': 'the tray app, at login',
  'run-entry': 'the tray app, at login',
  'systemd-user': 'the server, by systemd',
  crontab: 'the server, by cron',
  'launch-agent': 'the server, by launchd at login',
  none: 'not installed',
};

/** What it is where it does not run. */
const SERVER_WORDS: Readonly<Record<string, string>> = {
  starting: 'starting',
  stopping: 'stopping',
  stopped: 'stopped',
  error: 'could not be started',
};

function printService({ kind, enabled, problems, linger }: ServiceState, { terminal }: CommandRuntime): void {
  const { print, paint } = terminal;
  const withoutLogin = linger === true ? ', without a login' : '';
  print(`Starts      ${SERVICE_WORDS[kind]}${withoutLogin}${enabled ? '' : ' (switched off)'}`);
  for (const { message, remedy } of problems) print(`${paint.warn(message)} ${remedy}`);
}
