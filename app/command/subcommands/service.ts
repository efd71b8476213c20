/** `claudacity install` and `uninstall`: whether the system starts the app. */
import type { ServiceState } from '../../service/serviceTypes';
import { jsonDocument } from '../format';
import { type AddCommand, CommandError, EXIT_CODES, JSON_OPTION } from '../runtime';

interface InstallArguments {
  desktop?: true;
  headless?: true;
  linger?: boolean;
  start: boolean;
  json?: true;
}

function startsWithoutLogin({ kind, linger }: ServiceState): boolean {
  return kind === 'crontab' || (kind === 'systemd-user' && linger === true);
}

export const addService: AddCommand = (program, { terminal, service }) => {
  const { print, note, progress } = terminal;

  program
    .command('install')
    .description('have the system start the app at login: in the tray where there is a desktop, else as a service')
    .option('--desktop', 'the tray app, at login')
    .option('--headless', 'the server without a window')
    .option('--linger', 'systemd: also start without a login (runs `loginctl enable-linger`)')
    .option('--no-start', 'do not start it now')
    .option(...JSON_OPTION)
    .action(async ({ desktop, headless, linger = false, start, json }: InstallArguments) => {
      if (desktop && headless)
        throw new CommandError('Give --desktop or --headless, not both.', EXIT_CODES.wrongArguments);
      const mode = desktop ? 'desktop' : headless ? 'headless' : 'auto';
      const report = await progress('Installing…', service.install({ mode, linger, start }));
      if (json) return print(jsonDocument(report));
      for (const written of report.written) note(`Written: ${written}`);
      const when = startsWithoutLogin(report.state) ? 'the computer' : 'your login';
      note(report.changed ? `Claudacity starts with ${when} from now on.` : 'Nothing had to be changed.');
      for (const { message, remedy } of report.state.problems) note(`${message} ${remedy}`);
      for (const sentence of report.advice) note(sentence);
    });

  program
    .command('uninstall')
    .description('take back what `install` has done; settings, keys and conversations stay')
    .option(...JSON_OPTION)
    .action(async ({ json }: { json?: true }) => {
      const report = await progress('Uninstalling…', service.uninstall());
      if (json) return print(jsonDocument(report));
      for (const removed of report.removed) note(`Removed: ${removed}`);
      if (report.removed.length === 0) note('Nothing was installed.');
      for (const sentence of report.advice) note(sentence);
    });
};
