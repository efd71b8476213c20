/** The environment of the app and other Electron programs in tests. */
import path from 'node:path';
import { type Account, claudePath, cliEnvironment } from './cli';
import type { MessagesApi } from './messagesApi';

/** Everything that the app gets of this computer's environment. */
export function desktopEnvironment(api: MessagesApi, home: string, account?: Account): Record<string, string> {
  const screen = Object.fromEntries(
    ['DISPLAY', 'XAUTHORITY', 'DBUS_SESSION_BUS_ADDRESS'].flatMap((name) => {
      const value = process.env[name];
      return value ? [[name, value]] : [];
    }),
  );
  return {
    ...cliEnvironment(api, home, account),
    ...screen,
    XDG_CONFIG_HOME: path.join(home, 'config'),
    CLAUDACITY_HOME: path.join(home, 'data'),
    CLAUDE_PATH: claudePath(),
    HOST: '127.0.0.1',
    PORT: '0',
  };
}
