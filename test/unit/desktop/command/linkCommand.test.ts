import { mkdtemp, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { administratorScript, linkCommand } from '../../../../app/desktop/command/linkCommand';

const TARGET = '/Applications/Claudacity.app/Contents/Resources/claudacity';
let folder: string;
let asked: string[][];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'claudacity-test-'));
  asked = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function install(where = folder): Promise<string> {
  return linkCommand({
    ...{ target: TARGET, folder: where },
    linkAsAdministrator: async (...paths) => void asked.push(paths),
  });
}

describe('the command of the macOS app', () => {
  test('is linked, and stays so when it is installed again', async () => {
    expect(await install()).toBe(path.join(folder, 'claudacity'));
    await install();
    expect(await readlink(path.join(folder, 'claudacity'))).toBe(TARGET);
    expect(asked).toEqual([]);
  });

  test('takes the place of the link to an app that was moved', async () => {
    await symlink('/Downloads/Claudacity.app/Contents/Resources/claudacity', path.join(folder, 'claudacity'));
    await install();
    expect(await readlink(path.join(folder, 'claudacity'))).toBe(TARGET);
  });

  test('takes the place of no other program', async () => {
    await writeFile(path.join(folder, 'claudacity'), 'another program');
    await expect(install()).rejects.toThrow('There is another program at');
    await rm(path.join(folder, 'claudacity'));
    await symlink('/usr/bin/true', path.join(folder, 'claudacity'));
    await expect(install()).rejects.toThrow('There is another program at');
  });

  test('is linked by an administrator where this user cannot', async () => {
    const missing = path.join(folder, 'bin');
    await install(missing);
    expect(asked).toEqual([[TARGET, path.join(missing, 'claudacity')]]);
  });

  test('is linked by a script that gets the paths as arguments', () => {
    const args = administratorScript('/A "b"/claudacity', '/usr/local/bin/claudacity');
    expect(args.slice(-3)).toEqual(['/A "b"/claudacity', '/usr/local/bin/claudacity', '/usr/local/bin']);
    expect(args.slice(0, -3).join('\n')).not.toContain('/A');
  });
});
