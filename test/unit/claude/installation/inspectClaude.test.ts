/** The version and the account are read from the output of the CLI's commands. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  isSupportedVersion,
  MINIMUM_VERSION,
  readAccount,
  readVersion,
} from '../../../../app/claude/installation/inspectClaude';
import { removeFolder, scratchFolder } from '../../../support/cli';

describe('a version', () => {
  test.each([MINIMUM_VERSION, '2.1.281', '2.1.1000', '2.2.0', '3.0.0', '10.0.0'])('%s is supported', (version) => {
    expect(isSupportedVersion(version)).toBe(true);
  });

  test.each(['2.1.279', '2.1.250', '2.1.28', '2.0.999', '1.9.300', '0.2.280'])('%s is too old', (version) => {
    expect(isSupportedVersion(version)).toBe(false);
  });
});

describe.skipIf(process.platform === 'win32')('commands of the CLI', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await scratchFolder();
  });

  afterEach(() => removeFolder(folder));

  test('readVersion finds the version in other text', async () => {
    expect(await readVersion(await program("echo '2.1.330 (Claude Code)'"), {})).toBe('2.1.330');
  });

  test('readVersion rejects with stderr where the program prints no version', async () => {
    await expect(readVersion(await program('echo "Illegal instruction" >&2; exit 132'), {})).rejects.toThrow(
      'Illegal instruction',
    );
  });

  test('readVersion rejects with the exit code where the program prints nothing', async () => {
    await expect(readVersion(await program('exit 3'), {})).rejects.toThrow('exit code 3');
  });

  test('readVersion ends a program that does not answer when its signal is aborted, with what it has started', async () => {
    const pidFile = path.join(folder, 'pid');
    const command = await program(`sleep 1000 & echo $! > ${pidFile}; wait`);
    const abort = new AbortController();

    const version = readVersion(command, { PATH: process.env.PATH }, abort.signal);
    const pid = await vi.waitFor(async () => {
      const read = Number(await readFile(pidFile, 'utf8'));
      expect(read).toBeGreaterThan(0);
      return read;
    });
    abort.abort(new Error('the app is stopping'));

    await expect(version).rejects.toThrow('the app is stopping');
    await expect.poll(() => isRunning(pid)).toBe(false);
  });

  test('readVersion rejects where the program does not exist', async () => {
    await expect(readVersion(path.join(folder, 'nothing'), {})).rejects.toThrow('ENOENT');
  });

  test('readAccount reads the account although the exit code is 1 where none is signed in', async () => {
    const command = await program(`echo '{"loggedIn": false, "authMethod": "none"}'; exit 1`);

    expect(await readAccount(command, {})).toEqual({ loggedIn: false, authMethod: 'none', email: undefined });
  });

  test('readAccount ignores text before the JSON', async () => {
    const command = await program(
      `echo 'A new version is available.'; echo '{"loggedIn": true, "authMethod": "claude.ai", "email": "a@b.example"}'`,
    );

    expect(await readAccount(command, {})).toEqual({ loggedIn: true, authMethod: 'claude.ai', email: 'a@b.example' });
  });

  test('readAccount rejects with stderr where there is no JSON', async () => {
    await expect(readAccount(await program('echo unknown command >&2; exit 1'), {})).rejects.toThrow('unknown command');
  });

  async function program(script: string): Promise<string> {
    const file = path.join(folder, 'claude');
    await writeFile(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return file;
  }
});

async function isRunning(pid: number): Promise<boolean> {
  // A zombie has ended, too; it waits for init to notice.
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/\) Z /.test(stat);
}
