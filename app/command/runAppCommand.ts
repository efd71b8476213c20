/** Connects to the running app for a command, and words what goes wrong. */
import { type ControlClient, connectToApp, NotRunningError } from '../control/client';
import { errorText } from '../shared/errorText';
import { type AppCommand, type Terminal, UsageError } from './appCommand';
import { keysCommand } from './keysCommand';
import { statusCommand } from './statusCommand';

export const APP_COMMANDS: ReadonlyMap<string, AppCommand> = new Map([
  ['keys', keysCommand],
  ['status', statusCommand],
]);

/** As of `systemctl status`. */
const NOT_RUNNING = 3;

/** @returns the exit code: 0, 1 for an error, 2 for wrong arguments, 3 where the app is not running. */
export async function runAppCommand(
  command: AppCommand,
  args: readonly string[],
  { dataDir, usage, terminal }: { dataDir: string; usage: string; terminal: Terminal },
): Promise<number> {
  let app: ControlClient | undefined;
  try {
    app = await connectToApp({ dataDir });
    await command(app, args, terminal);
    return 0;
  } catch (error) {
    terminal.note(error instanceof UsageError ? usage : errorText(error));
    if (error instanceof NotRunningError) return NOT_RUNNING;
    return error instanceof UsageError ? 2 : 1;
  } finally {
    app?.close();
  }
}
