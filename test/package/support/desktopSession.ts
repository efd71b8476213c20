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
export const UID = 1000;
/** Beyond the numbers that other screens on this computer take: it shares its network, and so the screens' sockets. */
export const SCREEN = 1000 + (process.pid % 10_000);

/** What starts the autostart entries where systemd starts the desktop. They refuse to be started in any other way. */
export const DESKTOP_TARGET = 'test-desktop.target';

/** Adds the user, with the variables that every session of theirs has, and a screen that is the system's, as a display manager's is. */
export async function addUser(debian: BootedDebian, env: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  await debian.run(`
    systemd-run --quiet --unit=screen Xvfb :${SCREEN} -screen 0 1200x800x24 -ac -nolisten tcp
    cat > /etc/systemd/user/${DESKTOP_TARGET} <<'END'\n${TARGET}\nEND
    while ! [ -S /tmp/.X11-unix/X${SCREEN} ]; do sleep 0.1; done
    useradd --create-home --shell /bin/bash --uid ${UID} ${USER}
    install -d -o ${USER} -g ${USER} /home/${USER}/.config /home/${USER}/.config/environment.d
    cat > /home/${USER}/.config/environment.d/test.conf <<'END'\n${lines.join('\n')}\nEND
    { echo 'set -a'; cat /home/${USER}/.config/environment.d/test.conf; echo 'set +a'; } >> /home/${USER}/.profile
  `);
}

const USER_SYSTEMD = `setpriv --reuid ${USER} --regid ${USER} --init-groups env XDG_RUNTIME_DIR=/run/user/${UID} systemctl --user`;

const TARGET = `[Unit]
Description=A desktop
BindsTo=graphical-session.target
Wants=xdg-desktop-autostart.target`;

/** Logs the user in. @throws if the session has not begun after half a minute */
export async function logIn(debian: BootedDebian): Promise<DesktopSession> {
  const session = debian.logIn(USER, SESSION);
  await lineOf(session, /^(ready)$/m, 'the session did not begin');
  const relay = debian.startAs(USER, ['python3', '-c', BUS_RELAY]);
  const port = await lineOf(relay, /^(\d+)$/m, 'the session bus cannot be reached');
  const tray = await startTrayHost(`tcp:host=127.0.0.1,port=${port}`);
  return {
    tray,
    start: (command) => {
      session.stdin?.write(`${command}\n`);
    },
    async logOut() {
      tray.stop();
      const ended = once(session, 'close');
      // A desktop that systemd has started stops its programs before the rest, the session bus among it.
      await debian.run(`${USER_SYSTEMD} stop ${DESKTOP_TARGET} graphical-session.target`, LOGOUT_MS);
      await debian.run(`loginctl terminate-user ${USER}`, LOGOUT_MS);
      await ended;
      await debian.run(`pkill -u ${USER} -x python3 || true`);
      // A login while the services of the last one are still ending gets none of its own.
      const isThere = `pgrep -u ${USER} >/dev/null || loginctl show-user ${USER} >/dev/null 2>&1`;
      await debian.run(`while ${isThere}; do sleep 0.1; done`, LOGOUT_MS);
    },
  };
}

/** Reads commands from its stdin. systemd's user services know the screen, as those of a desktop do. */
const SESSION = `
export DISPLAY=:${SCREEN} XDG_CURRENT_DESKTOP=GNOME
export XDG_RUNTIME_DIR=/run/user/${UID} DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/${UID}/bus
systemctl --user import-environment DISPLAY XDG_CURRENT_DESKTOP || exit
systemctl --user daemon-reload || exit
echo ready
while read -r command; do eval "$command" >> ~/session.log 2>&1 < /dev/null & done
`;

/**
 * Lets the test onto the user's session bus. A bus accepts its own user alone, by the user of the process that connects, and the test is root's: this
 * process is the user's, and says so in the first line in the place of the test. It ends with the session, as every process of the user's.
 */
const BUS_RELAY = `
import socket, threading
bus = socket.socket(socket.AF_UNIX)
bus.connect("/run/user/${UID}/bus")
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
test = server.accept()[0]
def copy(source, target, change=lambda data: data):
    while data := source.recv(65536):
        target.sendall(change(data))
threading.Thread(target=copy, args=(bus, test), daemon=True).start()
copy(test, bus, lambda data: data.replace(b"AUTH EXTERNAL 30\\r\\n", b"AUTH EXTERNAL 31303030\\r\\n"))
`;

/** What a process prints. @throws with all that it printed if it does not within half a minute, or ends */
function lineOf(process: ChildProcess, pattern: RegExp, problem: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const fail = () => reject(new Error(`${problem}: ${text}`));
    const timer = setTimeout(fail, READY_MS);
    const read = (chunk: Buffer) => {
      text += chunk;
      const line = pattern.exec(text)?.[1];
      if (line === undefined) return;
      clearTimeout(timer);
      process.off('close', fail);
      resolve(line);
    };
    process.stdout?.on('data', read);
    process.stderr?.on('data', read);
    process.once('close', fail);
  });
}
