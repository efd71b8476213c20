/**
 * Updates of the real packages on a clean Debian that systemd has booted: an installed deb as an ordinary user, for whom polkit decides about the
 * rights, and an AppImage with its own runtime. Lists and packages are as electron-builder writes them. The tests depend on each other and run in
 * this order.
 */
import { generateKeyPairSync } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { DESKTOP_TARGET, SCREEN, USER } from './support/desktopSession';
import { askApp } from './support/runningApp';
import {
  type Answer,
  breaksOff,
  endless,
  LIST,
  notFound,
  redirectTo,
  sha512Of,
  silent,
  startUpdateFeed,
  type UpdateFeed,
} from './support/updateFeed';
import { HOME, inside, startUpdateRig, type UpdateRig } from './support/updateRig';

const MINUTES = 60_000;
const DOWNLOADS = `${HOME}/.cache/claudacity-updater/pending`;
const PROGRAM = '/opt/Claudacity/claudacity';
/** As it is downloaded: its name has the version. */
const APP_IMAGE = `${HOME}/claudacity-1.0.0-linux-x86_64.AppImage`;
const ENTRY = `${HOME}/.config/autostart/claudacity.desktop`;
const STRANGER = generateKeyPairSync('ed25519').privateKey;

let rig: UpdateRig;
let silentFeed: UpdateFeed;
/** What `claudacity update` prints where the address never answers. */
let updateOfSilent: Promise<string>;

beforeAll(async () => {
  rig = await startUpdateRig();
  silentFeed = await startUpdateFeed();
}, 10 * MINUTES);

afterAll(async () => {
  await silentFeed?.close();
  await rig?.remove();
}, 2 * MINUTES);

test('two more apps look for updates by themselves: one without a network, and one whose address never answers', async () => {
  // A minute after their start, which other tests take: a test below sees what came of it.
  silentFeed.answer(LIST, silent);
  await rig.asUser(`cp -r /opt/Claudacity ~/apart`);
  await startApart('offline', 'PrivateNetwork=yes', 'https://updates.example/');
  await startApart('silent', 'PrivateNetwork=no', silentFeed.url);
  await expect.poll(() => updateState('offline')).toMatchObject({ phase: 'idle' });
  await expect.poll(() => updateState('silent')).toMatchObject({ phase: 'idle' });
  updateOfSilent = updateCommand('silent');
});

describe('the .deb', () => {
  test('is not installed without the rights, and the app and its server run on', async () => {
    rig.session.start(PROGRAM);
    await rig.running('1.0.0');
    rig.feed.publish(rig.newer);
    expect(await rig.call('update.check')).toMatchObject({ phase: 'available', version: '1.0.1' });
    expect(await rig.call('update.download')).toMatchObject({ phase: 'ready' });
    const byHand = `Install it by hand with \`sudo apt install ${downloaded(rig.newer.deb)}\``;
    await expect(rig.call('update.install')).rejects.toThrow(`the system did not give the rights. ${byHand}`);
    expect(await rig.call('update.state')).toMatchObject({ phase: 'ready', version: '1.0.1' });
    await rig.running('1.0.0');
  });

  test('that was changed after the download is not installed, and can be downloaded again', async () => {
    const file = downloaded(rig.newer.deb);
    await rig.debian.run(`echo >> ${file}`);
    await expect(rig.call('update.install')).rejects.toThrow('gone or was changed');
    expect(await rig.call('update.state')).toMatchObject({ phase: 'available', version: '1.0.1' });
    expect(await rig.call('update.download')).toMatchObject({ phase: 'ready' });
    expect(await rig.debian.run(`cmp ${file} ${inside(rig.newer.deb)}`)).toBe('');
    // What runs as root does not rely on the app.
    const install = `/opt/Claudacity/bin/install-update ${file} ${'0'.repeat(128)}`;
    await expect(rig.debian.run(install)).rejects.toThrow('the file is not the one that was downloaded');
  });

  test('that the package manager refuses leaves the app and its server running', async () => {
    await rig.debian.run(`cat > /etc/polkit-1/rules.d/10-test.rules <<'END'\n${GIVE_RIGHTS}\nEND`);
    const broken = path.join(rig.folder, 'broken.deb');
    writeFileSync(broken, 'no package');
    rig.feed.publish({ ...rig.newer, files: [broken] }, (list) => {
      const file = { url: path.basename(broken), sha512: sha512Of(broken), size: statSync(broken).size };
      return stringify({ ...parse(list), version: '1.0.2', files: [file] });
    });
    await rig.call('update.check');
    expect(await rig.call('update.download')).toMatchObject({ phase: 'ready' });
    await expect(rig.call('update.install')).rejects.toThrow(
      /^The package was not installed \(.+\)\. Install it by hand/,
    );
    await rig.running('1.0.0');
  });

  test(
    '1.0.0 becomes 1.0.1 by `claudacity update` once its last answer has ended; settings, keys and conversations stay',
    async () => {
      await rig.store();
      rig.feed.publish(rig.newer);
      const printed = await rig.duringAnAnswer(() => rig.asUser('claudacity update 2>&1'));
      expect(printed).toContain('Installing Claudacity 1.0.1, which starts by itself.');
      await rig.running('1.0.1');
      await rig.expectStored();
      expect(await rig.debian.run('dpkg-query -s claudacity')).toContain('\nVersion: 1.0.1\n');
    },
    2 * MINUTES,
  );

  test(
    'of an earlier version, installed over it, says that it does not know the data of the later one, and leaves them as they are',
    async () => {
      await rig.quit();
      const [database, settings] = ['claudacity.db', 'settings.json'].map((name) => path.join(rig.dataDir, name));
      const kept = path.join(rig.folder, 'kept.db');
      copyFileSync(database ?? '', kept);
      writeInLaterFormat(database ?? '', settings ?? '');
      const before = sha512Of(database ?? '');

      await rig.debian.run(`apt-get -q -y install --allow-downgrades ${inside(rig.older.deb)}`, MINUTES);
      rig.session.start(PROGRAM);
      await rig.running('1.0.0');
      const { storage } = Storage.parse(await askApp(rig.dataDir, { read: ['storage'] }));
      expect(storage.problem.message).toContain('later version');
      expect(await askApp(rig.dataDir, { read: ['settings'] })).toMatchObject({ settings: { theme: 'dark' } });
      await rig.ask('Does it work?', 'Without its history.');
      await rig.call('settings.change', { notifyUpdate: false });
      await rig.quit();
      expect(sha512Of(database ?? '')).toBe(before);
      expect(JSON.parse(readFileSync(settings ?? '', 'utf8'))).toMatchObject({ theme: 'dark', ofALaterVersion: 1 });
      copyFileSync(kept, database ?? '');
    },
    2 * MINUTES,
  );

  test(
    'that apt installs while the app runs in the tray lets a running answer end, and then the new version starts',
    async () => {
      rig.session.start(`${PROGRAM} --hidden`);
      await rig.running('1.0.0');
      await rig.duringAnAnswer(async () => {
        await rig.debian.run(`apt-get -q -y install ${inside(rig.newer.deb)}`, MINUTES);
        // A window would be the end of a program that was replaced.
        await rig.call('app.showWindow');
      });
      await rig.running('1.0.1');
      const renderers = `pgrep -u ${USER} -f -- '^${PROGRAM} --type=renderer' || true`;
      await expect.poll(() => rig.debian.run(renderers)).not.toBe('');
      await rig.expectStored();
      await rig.quit();
    },
    2 * MINUTES,
  );
});

describe('without an answer from the address for updates', () => {
  test.each(['offline', 'silent'])(
    'the app is silent: %s',
    async (name) => {
      const entries = () => readFileSync(path.join(rig.dataDir, '..', name, 'logs', 'claudacity.log'), 'utf8');
      await expect.poll(entries, { timeout: 2 * MINUTES }).toContain('no updates could be looked for');
      const log = z.array(LogEntry).parse(
        entries()
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      );
      const look = log.find(({ message }) => message === 'no updates could be looked for');
      expect(Date.parse(look?.next ?? '')).toBeGreaterThan(Date.parse(look?.time ?? ''));
      expect(log.filter(({ level, message }) => level !== 'debug' && /update|version/.test(message))).toEqual([]);
      expect(await updateState(name)).toMatchObject({ phase: 'idle', message: null });
      expect(busOf(name)).not.toContain(NOTIFICATIONS);
    },
    3 * MINUTES,
  );

  test('who asks is told why, with the exit code of a failure', async () => {
    expect(await updateCommand('offline')).toMatch(
      /The address for updates cannot be reached \(ERR_\w+\)\.\ncode 1\n$/,
    );
    expect(await updateOfSilent).toMatch(/The address for updates has not answered in time\.\ncode 1\n$/);
  });

  test('an address that answers again is asked again, and then there is something to tell', async () => {
    silentFeed.publish(rig.older);
    expect(await updateCommand('silent', '--check')).toBe('This is the latest version.\ncode 0\n');
    silentFeed.publish(rig.newer);
    const printed = await updateCommand('silent', '--check');
    expect(printed).toBe('Claudacity 1.0.1 is available. `claudacity update` installs it.\ncode 0\n');
    await expect.poll(() => busOf('silent')).toContain(NOTIFICATIONS);
    await rig.debian.run('systemctl stop offline silent');
  });
});

describe('the AppImage', () => {
  test(
    'starts at login, from a file with the name that it was downloaded with',
    async () => {
      await rig.debian.run('apt-get -q -y remove claudacity', MINUTES);
      await rig.asUser(`cp ${inside(rig.older.appImage)} ${APP_IMAGE} && chmod 700 ${APP_IMAGE}`);
      await rig.logInAgain();
      rig.session.start(APP_IMAGE);
      await rig.running('1.0.0');
      await rig.expectStored();
      await (await rig.session.tray.nextIcon()).click('Launch at login');
      await expect.poll(() => rig.debian.run(`cat ${ENTRY} || true`)).toContain(`TryExec=${APP_IMAGE}\n`);
      await rig.logInAgain();
      rig.session.start(`systemctl --user start ${DESKTOP_TARGET}`);
      await rig.running('1.0.0');
    },
    2 * MINUTES,
  );

  test.each<[string, () => void, string]>([
    [
      'with the signature of somebody else',
      () => rig.feed.publish(rig.newer, undefined, STRANGER),
      'not signed by the',
    ],
    ['without a signature', () => answerFor(`${LIST}.sig`, notFound), 'not signed by the'],
    [
      'that was changed after it was signed',
      () => answerFor(LIST, redirectTo(`/moved/${LIST}.sig`)),
      'not signed by the',
    ],
    ['that names no version', () => rig.feed.publish(rig.newer, () => 'version: newest\n'), 'is not valid'],
    ['that is no YAML', () => rig.feed.publish(rig.newer, () => '<html>\t{Sign in'), 'is not valid'],
    [
      'of packages of other kinds',
      () => rig.feed.publish(rig.newer, withoutAppImage),
      'has no .AppImage of version 1.0.1',
    ],
    [
      'that is huge',
      () => rig.feed.publish(rig.newer, (list) => `${list}#${'x'.repeat(2e6)}\n`),
      'more than it should',
    ],
    ['that never ends', () => answerFor(LIST, endless), 'more than it should'],
    ['at an address without encryption', () => answerFor(LIST, redirectTo('http://192.0.2.1/')), 'without encryption'],
    ['behind redirects in a circle', () => answerFor(LIST, redirectTo(`/${LIST}`)), 'leads in a circle'],
    ['on a server with a fault', () => answerFor(LIST, (_, response) => response.writeHead(503).end()), '(HTTP 503)'],
    ['on a server that has none', () => answerFor(LIST, notFound), 'has none for this system'],
  ])('a list %s is refused', async (_name, publish, reason) => {
    publish();
    await expect(rig.call('update.check')).rejects.toThrow(reason);
    expect(await rig.call('update.state')).toMatchObject({ phase: 'idle', version: null });
  });

  test.each(['0.9.9', '1.0.0'])('version %s is no update of 1.0.0', async (version) => {
    rig.feed.publish(rig.newer, (list) => list.replace('version: 1.0.1', `version: ${version}`));
    expect(await rig.call('update.check')).toMatchObject({ phase: 'idle', version: null });
  });

  test.each<[string, () => void, string]>([
    ['with a wrong checksum', () => rig.feed.publish(rig.newer, withWrongChecksums), 'does not have the checksum'],
    ['that breaks off', () => answerFor(path.basename(rig.newer.appImage), breaksOff), 'cannot be reached'],
    ['longer than in the list', () => answerFor(path.basename(rig.newer.appImage), endless), 'more than it should'],
  ])('a file %s is refused and deleted', async (_name, publish, reason) => {
    publish();
    expect(await rig.call('update.check')).toMatchObject({ phase: 'available', version: '1.0.1' });
    await expect(rig.call('update.download')).rejects.toThrow(reason);
    expect(await rig.call('update.state')).toMatchObject({ phase: 'available', version: '1.0.1' });
    expect(await rig.debian.run(`find ${DOWNLOADS} -name '*.AppImage*'`)).toBe('');
    await expect(rig.call('update.install')).rejects.toThrow('No update was downloaded');
  });

  test('is downloaded from where the address leads, in the parts that differ', async () => {
    const name = path.basename(rig.newer.appImage);
    for (const file of [LIST, name]) answerFor(file, redirectTo(`/moved/${file}`), file === LIST);
    expect(await rig.call('update.check')).toMatchObject({ phase: 'available' });
    expect(await rig.call('update.download')).toMatchObject({ phase: 'ready' });
    expect(rig.feed.sentOf(name)).toBeLessThan(statSync(rig.newer.appImage).size / 2);
  });

  test(
    '1.0.0 becomes 1.0.1 in the same file once its last answer has ended; what was stored and the login entry stay',
    async () => {
      const entry = await rig.debian.run(`cat ${ENTRY}`);
      await rig.duringAnAnswer(() => rig.call('update.install').catch(() => undefined));
      await rig.running('1.0.1');
      await rig.expectStored();
      expect(await rig.debian.run(`stat -c '%a %U' ${APP_IMAGE}`)).toBe(`700 ${USER}\n`);
      expect(await rig.debian.run(`cmp ${APP_IMAGE} ${inside(rig.newer.appImage)}`)).toBe('');
      expect(await rig.debian.run(`ls -A ${HOME} | grep AppImage`)).toBe(`${path.basename(APP_IMAGE)}\n`);
      expect(await rig.debian.run(`cat ${ENTRY}`)).toBe(entry);
      // The old version's folder in /tmp is gone, and any user could make it again.
      const environment = `/proc/$(pgrep -u ${USER} -xo claudacity)/environ`;
      const folders = await rig.debian.run(`grep -zoa '/tmp/.mount_[^/:]*' ${environment} | tr '\\0' '\\n' | sort -u`);
      expect(folders.trim().split('\n')).toHaveLength(1);
    },
    2 * MINUTES,
  );

  test(
    'of the new version ends with the session, and starts at the next login',
    async () => {
      // Its files are served from a unit of its own; that of the old one is gone.
      const units = `cat /proc/[0-9]*/cgroup 2>/dev/null | grep -o 'claudacity-files-.*scope' | sort -u | wc -l`;
      await expect.poll(() => rig.debian.run(units)).toBe('1\n');
      await rig.logInAgain();
      expect(await rig.debian.run('find /data/app -name "*-wal"')).toBe('');
      const journal = await rig.debian.run('journalctl -b -o cat USER_UNIT=app-claudacity@autostart.service');
      expect(journal).not.toMatch(/Main process exited|Failed with result|Killing process/);
      rig.session.start(`systemctl --user start ${DESKTOP_TARGET}`);
      await rig.running('1.0.1');
    },
    2 * MINUTES,
  );

  test('of the newest version says so, and no identifier of the computer was sent or written', async () => {
    expect(await rig.call('update.check')).toMatchObject({ phase: 'idle', version: null });
    expect(rig.feed.headers.filter((headers) => 'x-user-staging-id' in headers)).toEqual([]);
    expect(existsSync(path.join(rig.dataDir, '.updaterId'))).toBe(false);
  });
});

/** Starts one more app on a session bus of its own, with a data folder of its own, whose log has everything. */
async function startApart(name: string, property: string, address: string): Promise<void> {
  const env = {
    ...{ CLAUDACITY_HOME: `/data/${name}`, CLAUDACITY_UPDATE_FEED: address, CLAUDACITY_UPDATE_CHECK: 'on' },
    ...{ CLAUDACITY_LOG: 'debug', DISPLAY: `:${SCREEN}` },
  };
  const script = [
    ...Object.entries(env).map(([key, value]) => `export ${key}=${value}`),
    `dbus-monitor --session > /data/${name}/bus &`,
    `exec ${HOME}/apart/claudacity --hidden`,
  ];
  writeFileSync(path.join(rig.folder, `${name}.sh`), script.join('\n'));
  const user = `--uid=${USER} --gid=${USER} -p WorkingDirectory=${HOME} -E HOME=${HOME} -p ${property}`;
  await rig.debian.run(`systemd-run --quiet --unit=${name} ${user} dbus-run-session -- bash -l /packages/${name}.sh`);
}

/** What was sent over the session bus of one of the two apps. */
const busOf = (name: string) => readFileSync(path.join(rig.dataDir, '..', name, 'bus'), 'utf8');
const NOTIFICATIONS = 'org.freedesktop.Notifications';

const updateState = (name: string) => askApp(path.join(rig.dataDir, '..', name), { call: 'update.state', args: [] });

/** What `claudacity update` prints, and its exit code. */
const updateCommand = (name: string, options = '') =>
  rig.asUser(`CLAUDACITY_HOME=/data/${name} ~/apart/bin/claudacity update ${options} 2>&1; echo code $?`, 2 * MINUTES);

const downloaded = (file: string) => `${DOWNLOADS}/${path.basename(file)}`;

/** Publishes the newer version, with another answer for one of its names. */
function answerFor(name: string, answer: Answer, publish = true): void {
  if (publish) rig.feed.publish(rig.newer);
  rig.feed.answer(name, answer);
}

type UpdateList = { files: { url: string; sha512: string }[] };

function withoutAppImage(text: string): string {
  const list: UpdateList = parse(text);
  return stringify({ ...list, files: list.files.filter(({ url }) => !url.endsWith('.AppImage')) });
}

function withWrongChecksums(text: string): string {
  const list: UpdateList = parse(text);
  return stringify({ ...list, files: list.files.map((file) => ({ ...file, sha512: `${'A'.repeat(86)}==` })) });
}

/** As a later version may: one more table in the database, and one more setting. */
function writeInLaterFormat(database: string, settings: string): void {
  const connection = new DatabaseSync(database);
  const { user_version: version } = z
    .object({ user_version: z.number() })
    .parse(connection.prepare('PRAGMA user_version').get());
  connection.exec(`CREATE TABLE of_a_later_version (id INTEGER); PRAGMA user_version = ${version + 1}`);
  // What is in SQLite's log of changes would come into the file at the next opening.
  connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  connection.close();
  writeFileSync(settings, JSON.stringify({ ...JSON.parse(readFileSync(settings, 'utf8')), ofALaterVersion: 1 }));
}

const Storage = z.looseObject({ storage: z.looseObject({ problem: z.looseObject({ message: z.string() }) }) });
const LogEntry = z.looseObject({
  time: z.string(),
  level: z.string(),
  message: z.string(),
  next: z.string().optional(),
});

const GIVE_RIGHTS = `polkit.addRule(function (action, subject) {
  if (action.id === "local.claudacity.server.install-update" && subject.user === "${USER}") return polkit.Result.YES;
});`;
