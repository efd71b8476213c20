/** A person's login on a Debian in a container: a screen, the user's services and session bus, and a host for tray icons. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { BootedDebian } from '../../support/bootedDebian';
import { startTrayHost, type TrayHost } from '../../support/trayHost';

const READY_MS = 30_000;
const LOGOUT_MS = 40_000;

export interface DesktopSession {
  readonly tray: TrayHost;
  /** Starts a command in the session, as its panel or its file manager would. Its output goes to a file in the home folder. */
  start(command: string): void;
  /** Ends the session as a logout does, and waits until the user's processes and services are gone. */
  logOut(): Promise<void>;
}

/** The user of these tests. */
export const USER = 'tester';
const UID = 1000;

/** Adds the user, with the variables that every session of theirs has. */
export async function addUser(debian: BootedDebian, env: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  await debian.run(`
    useradd --create-home --shell /bin/bash --uid ${UID} ${USER}
    install -d -o ${USER} -g ${USER} /home/${USER}/.config /home/${USER}/.config/environment.d
    cat > /home/${USER}/.config/environment.d/test.conf <<'END'\n${lines.join('\n')}\nEND
    { echo 'set -a'; cat /home/${USER}/.config/environment.d/test.conf; echo 'set +a'; } >> /home/${USER}/.profile
  `);
}

/** Logs the user in. @throws if the session has no screen after half a minute */
export async function logIn(debian: BootedDebian): Promise<DesktopSession> {
  const session = debian.logIn(USER, SESSION);
  await readyOf(session);
  const tray = await startTrayHost(`unix:path=${debian.outside(`/run/user/${UID}/bus`)}`);
  return {
    tray,
    start: (command) => {
      session.stdin?.write(`${command}\n`);
    },
    async logOut() {
      tray.stop();
      const ended = once(session, 'close');
      await debian.run(`loginctl terminate-user ${USER}`, LOGOUT_MS);
      await ended;
      await debian.run(`while pgrep -u ${USER} >/dev/null; do sleep 0.1; done`, LOGOUT_MS);
    },
  };
}

/** Reads commands from its stdin. systemd's user services know the screen, as those of a desktop do. */
const SESSION = `
export XDG_CURRENT_DESKTOP=GNOME XDG_RUNTIME_DIR=/run/user/${UID} DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/${UID}/bus
exec 5> >(read -r number; echo "$number" > ~/display)
rm -f ~/display
Xvfb -displayfd 5 -screen 0 1200x800x24 -nolisten tcp > ~/xvfb.log 2>&1 &
while ! [ -s ~/display ]; do sleep 0.1; done
export DISPLAY=:$(cat ~/display)
systemctl --user import-environment DISPLAY XDG_CURRENT_DESKTOP
systemctl --user daemon-reload
echo ready
while read -r command; do eval "$command" >> ~/session.log 2>&1 < /dev/null & done
`;

function readyOf(session: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    const fail = () => reject(new Error(`the session has no screen: ${text}`));
    const timer = setTimeout(fail, READY_MS);
    const read = (chunk: Buffer) => {
      text += chunk;
      if (!/^ready$/m.test(text)) return;
      clearTimeout(timer);
      session.off('close', fail);
      resolve();
    };
    session.stdout?.on('data', read);
    session.stderr?.on('data', read);
    session.once('close', fail);
  });
}
