/** `claudacity update`: looks for a later version and installs it, through the app that runs. */
import type { ControlClient } from '../../control/client';
import type { UpdateState } from '../../shared/maintenance/updateState';
import { jsonDocument } from '../format';
import type { UpdateOutput } from '../output';
import { type AddCommand, type CommandRuntime, JSON_OPTION, withApp } from '../runtime';

/** A download may be slow, and the installation waits for running answers. */
const UPDATE_MS = 60 * 60_000;

export const addUpdate: AddCommand = (program, runtime) => {
  program
    .command('update')
    .description('look for a later version, download and install it; the app starts again with it')
    .option('--check', 'only look')
    .option(...JSON_OPTION)
    .action(async ({ check, json }: { check?: true; json?: true }) => {
      const { print, note } = runtime.terminal;
      const work = (app: ControlClient) => (check ? app.call('update.check') : update(app, runtime));
      const state: UpdateOutput = await withApp(runtime, work, { timeoutMs: UPDATE_MS });
      if (json) return print(jsonDocument(state));
      const { phase, version, installed } = state;
      if (version === null) note('This is the latest version.');
      else if (phase === 'installing') note(`Installing Claudacity ${version}, which starts by itself.`);
      else if (installed) note(`Claudacity ${version} is installed. \`claudacity update\` starts it.`);
      else note(`Claudacity ${version} is available. \`claudacity update\` installs it.`);
    });
};

/** Ctrl+C ends the download, or the wait for running answers. @throws Error with the reason where this installation is not updated by the app */
async function update(app: ControlClient, { terminal: { progress }, signal }: CommandRuntime): Promise<UpdateState> {
  const cancel = () => void app.call('update.cancel').catch(() => {});
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const found = await progress('Looking for a later version…', app.call('update.check'));
    if (found.version === null) return found;
    const ready = await progress(`Downloading ${found.version}…`, app.call('update.download'));
    // The app may end before it has answered.
    const ended = app.closed.then((): UpdateState => ({ ...ready, phase: 'installing' }));
    return await progress('Waiting until no answer is running…', Promise.race([app.call('update.install'), ended]));
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
