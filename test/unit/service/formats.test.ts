/** The files that the service writes, read by the programs that they are for where those run here. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cronLine, crontabEntry, fittingLine, readCronLine } from '../../../app/service/crontab';
import { holderInGroups } from '../../../app/service/holder';
import { agentText, isDisabled, readDataDir, readPid, readProgramArguments } from '../../../app/service/launchAgent';
import { readUnit, unitText } from '../../../app/service/systemdUnit';
import { ODD_PATHS } from './oddPaths';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'claudacity-formats-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the unit of systemd', () => {
  test.each(ODD_PATHS)('is read as it was written: %j', (program) => {
    const command = { program, args: ['serve', program] };
    const environment = { PATH: '/bin', CLAUDACITY_HOME: program };
    expect(readUnit(unitText({ command, environment, ownsLinger: true }))).toEqual({
      command,
      dataDir: program,
      ownsLinger: true,
    });
  });

  test('keeps variables and specifiers of systemd out of paths', () => {
    const unit = unitText({
      command: { program: '/a/$HOME/100%', args: ['serve'] },
      environment: { CLAUDACITY_HOME: '/d "q" 5%' },
      ownsLinger: false,
    });
    expect(unit).toContain('\nExecStart=:"/a/$HOME/100%%" "serve"\n');
    expect(unit).toContain('\nEnvironment="CLAUDACITY_HOME=/d \\"q\\" 5%%"\n');
  });

  test('leaves the limits out that would keep an AppImage from being mounted', () => {
    const limited = (program: string) =>
      unitText({ command: { program, args: ['serve'] }, environment: {}, ownsLinger: false }).includes(
        'NoNewPrivileges=yes',
      );
    expect([limited('/usr/bin/claudacity'), limited('/home/a/Claudacity-1.0.AppImage')]).toEqual([true, false]);
  });

  test('is refused for a path with a line break, which would be a line of its own in it', () => {
    const command = { program: '/a\nExecStartPre=/bin/x', args: [] };
    expect(() => unitText({ command, environment: {}, ownsLinger: false })).toThrow('line break');
  });
});

describe.skipIf(process.platform === 'win32')('the line of the crontab', () => {
  test.each(ODD_PATHS)('is read as it was written: %j', (program) => {
    const command = { program, args: ['serve', program] };
    const environment = { PATH: '/bin', CLAUDACITY_HOME: program };
    expect(readCronLine(cronLine(command, environment))).toEqual({ command, environment });
  });

  test.each(ODD_PATHS)('starts, in a shell, what it names: %j', async (odd) => {
    const file = path.join(folder, odd);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, '#!/bin/sh\nprintf "%s\\n" "$0" "$@" "$CLAUDACITY_HOME" > "$OUT"\n');
    await chmod(file, 0o755);
    const line = cronLine({ program: file, args: ['serve'] }, { CLAUDACITY_HOME: odd });
    // cron ends the command at the first % that has no backslash.
    expect(line).not.toContain('%');
    const out = path.join(folder, 'out');
    execFileSync('/bin/sh', ['-c', line.replace(/^@reboot /, '')], { env: { OUT: out } });
    expect(await readFile(out, 'utf8')).toBe(`${file}\nserve\n${odd}\n`);
  });

  test('fits into what cron takes, however long the PATH is', () => {
    const folders = Array.from({ length: 60 }, (_, index) => `/opt/a rather long folder/of number ${index}/bin`);
    const command = { program: '/usr/bin/claudacity', args: ['serve'] };
    const line = fittingLine(command, { PATH: folders.join(':'), CLAUDE_PATH: '/usr/bin/claude' });
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(990);
    const { environment } = readCronLine(line);
    expect(environment.PATH).toMatch(/^\/opt\/a rather long folder\/of number 0\/bin:.*:\/usr\/bin:\/bin$/);
    expect(environment.CLAUDE_PATH).toBe('/usr/bin/claude');
  });

  describe('among others', () => {
    const command = { program: '/usr/bin/claudacity', args: ['serve'] };
    const others = '# backups\n5 4 * * * /usr/bin/backup --all\n';
    const table = () => path.join(folder, 'table');
    let entry: ReturnType<typeof crontabEntry>;

    beforeEach(async () => {
      // The three forms of the program that are used, over a file in place of the spool, which belongs to the system.
      const script = `#!/bin/sh
case "$1" in
  -l) [ -e "${folder}/table" ] || { echo 'no crontab for tester' >&2; exit 1; }; cat "${folder}/table" ;;
  -r) rm "${folder}/table" ;;
  -) cat > "${folder}/table" ;;
esac
`;
      await writeFile(path.join(folder, 'crontab'), script);
      await chmod(path.join(folder, 'crontab'), 0o755);
      entry = crontabEntry({ env: { PATH: `${folder}:${process.env.PATH}` }, command, environment: {} });
    });

    test('is added and removed without a change of theirs', async () => {
      await writeFile(table(), others);
      expect((await entry.write({})).written).toEqual(['crontab']);
      expect(await entry.read()).toMatchObject({ installed: true, enabled: true, command });
      expect((await entry.write({})).written).toEqual([]);
      expect(await entry.remove()).toEqual(['crontab']);
      expect(await readFile(table(), 'utf8')).toBe(others);
      expect(await entry.remove()).toEqual([]);
    });

    test('keeps a large table, and bytes that are no UTF-8', async () => {
      const large = Buffer.concat([
        Buffer.from([0x23, 0x20, 0xfc, 0x0a]),
        Buffer.from('5 4 * * * /usr/bin/backup --all\n'.repeat(3000)),
      ]);
      await writeFile(table(), large);
      await entry.write({});
      await entry.remove();
      expect((await readFile(table())).equals(large)).toBe(true);
    });

    test('is not written over a table that cannot be read', async () => {
      await writeFile(table(), others);
      const script = await readFile(path.join(folder, 'crontab'), 'utf8');
      const failing = script.replace(/^ {2}-l\).*$/m, "  -l) echo 'the disk fails' >&2; exit 1 ;;");
      await writeFile(path.join(folder, 'crontab'), failing);
      await expect(entry.write({})).rejects.toThrow('the disk fails');
      await expect(entry.remove()).rejects.toThrow('the disk fails');
      expect(await readFile(table(), 'utf8')).toBe(others);
    });

    test('leaves no table where it was the only line', async () => {
      await entry.write({});
      await entry.remove();
      await expect(readFile(table())).rejects.toThrow('ENOENT');
    });

    test('is switched off where it was made a comment', async () => {
      await entry.write({});
      await writeFile(table(), `#${await readFile(table(), 'utf8')}`);
      expect(await entry.read()).toMatchObject({ installed: true, enabled: false, command });
    });
  });

  test('is not written where there is no cron', async () => {
    const bin = path.join(folder, 'bin');
    await mkdir(bin);
    await symlink('/bin/sh', path.join(bin, 'sh'));
    const entry = crontabEntry({ env: { PATH: bin }, command: { program: '/x', args: [] }, environment: {} });
    expect(await entry.isAvailable()).toBe(false);
    await expect(entry.write({})).rejects.toThrow('neither systemd nor cron');
  });
});

describe.skipIf(process.platform === 'win32')('the property list of launchd', () => {
  test.each(ODD_PATHS)('is what Python’s plistlib reads, and is read again: %j', (program) => {
    const command = { program, args: ['serve', program] };
    const text = agentText({
      label: 'org.claudacity.serve',
      command,
      environment: { CLAUDACITY_HOME: program },
      keepsAlive: true,
      exitTimeout: 30,
    });
    const reader = 'import json, plistlib, sys; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))';
    const { stdout } = spawnSync('python3', ['-c', reader], { input: text, encoding: 'utf8' });
    expect(JSON.parse(stdout)).toEqual({
      Label: 'org.claudacity.serve',
      ProgramArguments: [program, 'serve', program],
      EnvironmentVariables: { CLAUDACITY_HOME: program },
      RunAtLoad: true,
      KeepAlive: { SuccessfulExit: false },
      ExitTimeOut: 30,
      ProcessType: 'Interactive',
    });
    expect(readProgramArguments(text)).toEqual(command);
    expect(readDataDir(text)).toBe(program);
  });

  test('what launchctl prints tells whether it is switched off, and its process', () => {
    const disabled =
      'disabled services = {\n\t\t"org.claudacity.serve" => disabled\n\t\t"other" => enabled\n\t\t"old" => true\n}';
    const isOff = ['org.claudacity.serve', 'other', 'old', 'claudacity.serve'].map((label) =>
      isDisabled(disabled, label),
    );
    expect(isOff).toEqual([true, false, true, false]);
    expect(readPid('gui/501/org.claudacity.serve = {\n\tstate = running\n\tpid = 4711\n}')).toBe(4711);
    expect(readPid('gui/501/org.claudacity.serve = {\n\tstate = waiting\n}')).toBeNull();
  });
});

describe('what holds a process', () => {
  test.each([
    ['0::/user.slice/user-1000.slice/user@1000.service/app.slice/claudacity.service', 'systemd'],
    ['0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-claudacity@autostart.service', 'desktop-session'],
    ['0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome-claudacity-4711.scope', 'desktop-session'],
    ['0::/system.slice/cron.service', 'cron'],
    ['0::/user.slice/user-1000.slice/session-3.scope', 'user'],
    ['', 'user'],
  ])('is told by its control group: %s', (groups, holder) => {
    expect(holderInGroups(`12:pids:/\n${groups}\n`)).toBe(holder);
  });
});
