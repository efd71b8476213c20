/**
 * The packages as a person uses them, on a clean Debian that systemd has booted: installed, started from the desktop, used, started again at the
 * next login, and removed. The tests depend on each other and run in this order.
 */
import { createServer } from 'node:net';
import path from 'node:path';
import { Ollama } from 'ollama';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BootedDebian, bootDebian } from '../support/bootedDebian';
import { claudePath, cliEnvironment } from '../support/cli';
import { type MessagesApi, startMessagesApi, text } from '../support/messagesApi';
import type { TrayIcon } from '../support/trayHost';
import { addUser, DESKTOP_TARGET, type DesktopSession, logIn, USER } from './support/desktopSession';
import { builtPackages, output } from './support/packages';

const HOME = `/home/${USER}`;
const ENTRY = `${HOME}/.config/autostart/claudacity.desktop`;
const INSTALL_MS = 5 * 60_000;
const packages = builtPackages();

let api: MessagesApi;
let debian: BootedDebian;
let session: DesktopSession;
let url: string;

beforeAll(async () => {
  api = await startMessagesApi();
  debian = await bootDebian({
    root: packages.debian,
    folders: {
      '/packages': path.dirname(packages.deb),
      '/cli': path.dirname(claudePath()),
      '/var/cache/apt/archives:rw': packages.archives,
    },
  });
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const { PATH: _, TMPDIR: __, ...env } = cliEnvironment(api, HOME);
  await addUser(debian, { ...env, HOST: '127.0.0.1', PORT: String(port) });
  // Where the CLI's own installer puts it. A desktop session's PATH does not contain that folder.
  await asUser(`mkdir -p ~/.local/bin && ln -s /cli/${path.basename(claudePath())} ~/.local/bin/claude`);
}, INSTALL_MS);

afterAll(async () => {
  await debian?.remove();
  await api?.close();
}, 120_000);

describe('the .deb', () => {
  const program = '/opt/Claudacity/claudacity';

  test(
    'is installed by apt, which brings the libraries that it needs',
    async () => {
      await debian.run('apt-get -q update', INSTALL_MS);
      await debian.run(`apt-get -q -y install --no-install-recommends ${inside(packages.deb)}`, INSTALL_MS);
      expect(await debian.run('ldd /opt/Claudacity/claudacity')).not.toContain('not found');
      // Each library is that of a package that is named as a dependency: another one may happen to bring it here and not elsewhere.
      const libraries = await linkedLibraries();
      expect(libraries).toContain('libgtk-3.so.0');
      expect(await debian.run(unnamedLibraries(libraries))).toBe('');
    },
    INSTALL_MS,
  );

  test('tells ordinary users’ namespaces from root’s when it decides about Chromium’s sandbox', async () => {
    expect(await debian.run('stat -c %a /opt/Claudacity/chrome-sandbox')).toBe('755\n');
    // What a system does that lets only root make them.
    await debian.run(`cat > /usr/local/bin/unshare <<'END'\n${ONLY_ROOT}\nEND\nchmod +x /usr/local/bin/unshare`);
    await debian.run('sh /var/lib/dpkg/info/claudacity.postinst configure');
    expect(await debian.run('stat -c %a /opt/Claudacity/chrome-sandbox')).toBe('4755\n');
    await debian.run('rm /usr/local/bin/unshare; sh /var/lib/dpkg/info/claudacity.postinst configure');
    expect(await debian.run('stat -c %a /opt/Claudacity/chrome-sandbox')).toBe('755\n');
  });

  useIt('dex /usr/share/applications/claudacity.desktop', program);

  test('its command answers without a display', async () => {
    const version = await debian.run("dpkg-query -s claudacity | sed -n 's/^Version: //p'");
    expect(await asUser('claudacity --version')).toBe(version);
  });

  test(
    'removed, it leaves the user’s data and no login entry that points nowhere',
    async () => {
      const files = await debian.run('dpkg -L claudacity');
      expect(files.split('\n')).not.toContain('/opt');
      await debian.run('apt-get -q -y remove claudacity', INSTALL_MS);
      expect(await exists(ENTRY)).toBe(false);
      expect(await exists(`${HOME}/.config/Claudacity/claudacity.db`)).toBe(true);
      await debian.run('apt-get -q -y purge claudacity');
      expect(await debian.run('dpkg-query -l claudacity 2>/dev/null | grep ^ii || true')).toBe('');
      expect(
        await debian.run(
          `for file in ${files.trim().split('\n').join(' ')}; do [ -d "$file" ] || ls "$file"; done 2>/dev/null || true`,
        ),
      ).toBe('');
      for (const trace of [
        '/opt/Claudacity',
        '/usr/bin/claudacity',
        '/etc/apparmor.d/claudacity',
        '/usr/share/doc/claudacity',
      ])
        expect(await exists(trace), trace).toBe(false);
      expect(await exists('/opt')).toBe(true);
    },
    INSTALL_MS,
  );
});

describe('the .tar.gz', () => {
  const folder = `${HOME}/Programme für später & mehr`;

  test('is unpacked into a folder of the user’s', async () => {
    await asUser(`mkdir "${folder}" && tar -xzf ${inside(packages['tar.gz'])} --strip-components 1 -C "${folder}"`);
  });

  useIt(`"${folder}/claudacity"`, `${folder}/claudacity`);

  test('is deleted by its user, and so is its login entry', async () => {
    await asUser(`rm -r "${folder}" ${ENTRY}`);
  });
});

describe('the AppImage', () => {
  const file = `${HOME}/Applications/Claudacity.AppImage`;

  test('is one file that is made executable', async () => {
    await asUser(`mkdir ~/Applications && cp ${inside(packages.appimage)} ${file} && chmod +x ${file}`);
  });

  useIt(file, file);
});

const ONLY_ROOT = '#!/bin/sh\n[ "$(id -u)" -eq 0 ] && exec /usr/bin/unshare "$@"\nexit 1';

/** What a person does with every package, from a login to the one after the next. */
function useIt(start: string, program: string): void {
  test('starts as an ordinary user, inside Chromium’s sandbox', async () => {
    session = await logIn(debian);
    session.start(start);
    await expect.poll(statusOf, { timeout: 60_000 }).toBe(200);
    const renderers = `pgrep -u ${USER} -f -- --type=renderer`;
    await expect.poll(() => debian.run(`${renderers} || true`), { timeout: 20_000 }).not.toBe('');
    // A process that begins is one of them for a moment before it is what it will be, and may be gone when it is looked at.
    const ofEach = (command: string) =>
      debian.run(`for id in $(${renderers}); do ${command} || true; done 2> /dev/null`);
    expect(await ofEach("tr '\\0' ' ' < /proc/$id/cmdline")).not.toContain('--no-sandbox');
    // 2 means that a system call filter is active, which is the last thing that the sandbox sets up.
    await expect.poll(() => ofEach('grep Seccomp: /proc/$id/status')).toMatch(/^(Seccomp:\s+2\n)+$/);
  });

  test('answers an Ollama client with the user’s own CLI', async () => {
    expect(await answer()).toBe('From the installed app');
  });

  test('is started at login once its tray menu says so', async () => {
    const icon = await session.tray.nextIcon();
    await icon.click('Launch at login');
    await expect.poll(() => isChecked(icon)).toBe(true);
    expect(await debian.run(`cat ${ENTRY}`)).toContain(`TryExec=${program}\n`);
    await session.logOut();
    expect(await leftOvers()).toBe('');
  });

  test('runs after the next login, by systemd, and ends with the session', async () => {
    session = await logIn(debian);
    session.start(`systemctl --user start ${DESKTOP_TARGET}`);
    await expect.poll(statusOf, { timeout: 60_000 }).toBe(200);
    const icon = await session.tray.nextIcon();
    expect(await isChecked(icon)).toBe(true);
    expect(await answer()).toBe('From the installed app');
    expect(await debian.run(`pgrep -u ${USER} -f -- --type=renderer || true`)).toBe('');
    await session.logOut();
    const journal = await debian.run('journalctl -b -o cat USER_UNIT=app-claudacity@autostart.service');
    expect(journal).not.toMatch(/Main process exited|Failed with result|Killing process/);
    expect(await leftOvers()).toBe('');
  });

  test('runs after the next login, by a desktop without systemd, and ends with the session', async () => {
    session = await logIn(debian);
    session.start('dex -a');
    await expect.poll(statusOf, { timeout: 60_000 }).toBe(200);
    await session.tray.nextIcon();
    await session.logOut();
    expect(await leftOvers()).toBe('');
  });
}

/** What a client gets of the user's CLI in front of the scripted API. */
async function answer(): Promise<string> {
  api.answer(text('From the ', 'installed app'));
  const client = new Ollama({ host: url });
  const { models } = await client.list();
  const messages = [{ role: 'user', content: 'Where are you?' }];
  return (await client.chat({ model: models[0]?.name ?? '', messages })).message.content;
}

const isChecked = async (icon: TrayIcon) =>
  (await icon.menu()).find(({ label }) => label === 'Launch at login')?.checked;

/** What an app that did not close its database leaves. */
const leftOvers = () => debian.run(`find ${HOME}/.config/Claudacity -name '*-wal'`);

/** Without a session, which would be one more than the person's. */
const asUser = (script: string) =>
  debian.run(`setpriv --reuid ${USER} --regid ${USER} --init-groups env HOME=${HOME} bash -l <<'END'\n${script}\nEND`);

const inside = (file: string) => path.join('/packages', path.basename(file));

const exists = async (file: string) => (await debian.run(`[ -e "${file}" ] && echo yes || true`)) === 'yes\n';

/** Prints each of the libraries whose package the .deb does not name. */
const unnamedLibraries = (libraries: readonly string[]) => `
named=$(dpkg-query -s claudacity | sed -n 's/^Depends: //p' | tr ',|' '\\n\\n' | sed 's/^ *//; s/ .*//')
for name in ${libraries.join(' ')}; do
  file=$(ldconfig -p | sed -n "s/^[[:space:]]*$name (.*x86-64.*) => //p" | head -n 1)
  owner=$(dpkg -S "$(readlink -f "$file")" 2>/dev/null || dpkg -S "*/\${file##*/}")
  owner=\${owner%%:*}
  printf '%s\\n' "$named" | grep -qx "$owner" || echo "$name is of $owner"
done
`;

/** The libraries that the program and the addon link to, as rpmbuild has found them in their headers. */
async function linkedLibraries(): Promise<string[]> {
  const requires = await output('rpm', '-qp', '--requires', packages.rpm);
  const names = [...requires.matchAll(/^(lib[^(]+\.so[^(]*)\(/gm)].map(([, name = '']) => name);
  return [...new Set(names)];
}

async function statusOf(): Promise<number> {
  return (await fetch(url, { signal: AbortSignal.timeout(2000) }).catch(() => undefined))?.status ?? 0;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
