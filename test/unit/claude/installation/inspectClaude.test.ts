/** Whether a CLI will do is known from what it prints. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  isSupportedVersion,
  MINIMUM_VERSION,
  readAccount,
  readVersion,
  signIn,
} from '../../../../app/claude/installation/inspectClaude';
import { removeFolder, scratchFolder } from '../../../support/cli';

describe('a version', () => {
  test.each([MINIMUM_VERSION, '2.1.251', '2.1.1000', '2.2.0', '3.0.0', '10.0.0'])('%s will do', (version) => {
    expect(isSupportedVersion(version)).toBe(true);
  });

  test.each(['2.1.249', '2.1.25', '2.0.999', '1.9.300', '0.2.250'])('%s is too old', (version) => {
    expect(isSupportedVersion(version)).toBe(false);
  });
});

describe.skipIf(process.platform === 'win32')('what a program prints', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await scratchFolder();
  });

  afterEach(() => removeFolder(folder));

  test('its version is found among the words', async () => {
    expect(await readVersion(await program("echo '2.1.330 (Claude Code)'"), {})).toBe('2.1.330');
  });

  test('a program that prints no version is told by its own complaint', async () => {
    await expect(readVersion(await program('echo "Illegal instruction" >&2; exit 132'), {})).rejects.toThrow(
      'Illegal instruction',
    );
  });

  test('a program that says nothing is told by its exit code', async () => {
    await expect(readVersion(await program('exit 3'), {})).rejects.toThrow('exit code 3');
  });

  test('a program that is not there is an error', async () => {
    await expect(readVersion(path.join(folder, 'nothing'), {})).rejects.toThrow('ENOENT');
  });

  test('the account is read, though it ends with 1 when nobody is signed in', async () => {
    const command = await program(`echo '{"loggedIn": false, "authMethod": "none"}'; exit 1`);

    expect(await readAccount(command, {})).toEqual({ loggedIn: false, authMethod: 'none', email: undefined });
  });

  test('words ahead of the account do no harm', async () => {
    const command = await program(
      `echo 'A new version is there.'; echo '{"loggedIn": true, "authMethod": "claude.ai", "email": "a@b.example"}'`,
    );

    expect(await readAccount(command, {})).toEqual({ loggedIn: true, authMethod: 'claude.ai', email: 'a@b.example' });
  });

  test('an account that cannot be read is an error', async () => {
    await expect(readAccount(await program('echo unknown command >&2; exit 1'), {})).rejects.toThrow('unknown command');
  });

  test('signing in runs auth login and is over with it', async () => {
    await expect(signIn(await program('[ "$1 $2" = "auth login" ]'), {})).resolves.toBeUndefined();
  });

  test('a sign-in that fails says why', async () => {
    await expect(signIn(await program('echo "the browser was closed" >&2; exit 1'), {})).rejects.toThrow(
      'the browser was closed',
    );
  });

  async function program(script: string): Promise<string> {
    const file = path.join(folder, 'claude');
    await writeFile(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return file;
  }
});
