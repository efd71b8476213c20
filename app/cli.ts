/** Entry of the `claudacity` command: the app without a window, for machines without a display, and commands to the running app. */
import path from 'node:path';
import { APP_COMMANDS, runAppCommand } from './command/runAppCommand';
import { createCore } from './core';
import { endOnSignals } from './core/endOnSignals';
import { stopLimitMs, stopWithin } from './core/stopWithin';
import { openLog } from './log/log';
import { systemdReadiness } from './service/readiness';
import { openConfFile } from './settings/confFile';
import { dataDir } from './settings/dataDir';
import { openPrivateFolder } from './settings/privateFolder';
import { openSettings } from './settings/settings';
import { ENVIRONMENT_VARIABLES } from './shared/cli/environmentVariables';
import { errorText } from './shared/errorText';

declare const CLAUDACITY_VERSION: string;

const USAGE = `Usage: claudacity [command]

  serve [port]     answers requests in the foreground until it is interrupted
  status           tells whether the running app can answer, and who pays
  keys list        lists the API keys
  keys add NAME    makes an API key and prints it
  keys revoke ID   revokes an API key for good
  --version        prints the version

Without a command it serves. \`status\` and \`keys\` talk to the app that is running, with a window or without. Exit codes: 0; 1 for
an error; 2 for wrong arguments; 3 where the app is not running.

Environment:
${ENVIRONMENT_VARIABLES.map(({ name, description }) => `  ${name.padEnd(20)} ${description.replaceAll('`', '')}`).join('\n')}`;

async function main([command = 'serve', ...rest]: string[]): Promise<void> {
  if (command === '--version') return console.log(CLAUDACITY_VERSION);
  if (command === '--help' || command === '-h') return console.log(USAGE);
  const appCommand = APP_COMMANDS.get(command);
  if (appCommand) {
    const terminal = { print: console.log, note: console.error };
    process.exitCode = await runAppCommand(appCommand, rest, {
      dataDir: dataDir({ env: process.env }),
      usage: USAGE,
      terminal,
    });
    return;
  }
  if (command !== 'serve') {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  await serve(rest[0]);
}

async function serve(port: string | undefined): Promise<void> {
  const { env } = process;
  const folder = dataDir({ env });
  try {
    openPrivateFolder(folder);
  } catch (error) {
    // The app runs without it, and says in its state what is missing.
    console.error(`The data folder ${folder} cannot be created: ${errorText(error)}`);
  }
  const log = openLog({ dataDir: folder, env, console: true });
  const settings = openSettings({
    file: openConfFile(folder, log),
    log,
    env,
    commandLine: port === undefined ? {} : { port },
  });
  const core = createCore({
    dataDir: folder,
    settings,
    log,
    version: CLAUDACITY_VERSION,
    env,
    checkout: path.resolve(__dirname, '..'),
  });

  const readiness = systemdReadiness(env, (message) => log.warn(message));
  const stop = async () => {
    const limitMs = stopLimitMs(settings.value.stopGraceSeconds);
    const told = readiness.stopping(limitMs);
    const stopped = await stopWithin(core.stop, limitMs, log);
    await told;
    await log.close();
    process.exit(stopped ? undefined : 1);
  };
  endOnSignals(stop);

  await core.start();
  const server = settings.value.startServer ? core.snapshot().server : await core.calls['server.start']();
  if (server.phase !== 'running') {
    console.error(`${server.problem?.message} ${server.problem?.remedy}`);
    process.exitCode = 1;
    return stop();
  }
  console.log(`Claudacity ${CLAUDACITY_VERSION} is running on ${server.url}`);
  await readiness.ready(`Running on ${server.url}`);
  const { problem } = core.snapshot().cli;
  if (problem) console.warn(`${problem.message} ${problem.remedy}`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(errorText(error));
  process.exit(1);
});
