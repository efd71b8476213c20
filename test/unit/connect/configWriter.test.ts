/** Writing configuration files: what is refused, what is kept, and what can be undone. */
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createConfigWriter } from '../../../app/connect/configWriter';

let home: string;
let now: number;

beforeEach(async () => {
  home = await realpath(await mkdtemp(path.join(tmpdir(), 'connect-')));
  now = Date.UTC(2026, 10, 27, 5, 41, 17, 123);
});
afterEach(() => rm(home, { recursive: true, force: true }));

const VALUES = { url: 'http://127.0.0.1:22434', model: 'sonnet', key: null };

function writer(env: NodeJS.ProcessEnv = {}) {
  return createConfigWriter({
    env: { HOME: home, USERPROFILE: home, ...env },
    logFile: path.join(home, 'data', 'connect.json'),
    now: () => new Date(now++),
  });
}

async function write(program: 'aider' | 'codex' | 'continue' | 'opencode' | 'claude-code', env?: NodeJS.ProcessEnv) {
  const one = writer(env);
  const { token } = await one.preview(program, VALUES);
  return one.write(program, VALUES, token);
}

const at = (...names: string[]) => path.join(home, ...names);
const AIDER = '.aider.conf.yml';

describe('a write', () => {
  test('makes missing folders, and a file that only its owner can read', async () => {
    expect(await write('opencode')).toMatchObject({ exists: true, written: { backup: null, canUndo: true } });
    expect((await stat(at('.config', 'opencode', 'opencode.json'))).mode & 0o777).toBe(0o600);
  });

  test('keeps the mode, and puts a copy with the time in its name beside the file', async () => {
    await writeFile(at(AIDER), 'dark-mode: true\n');
    await chmod(at(AIDER), 0o640);
    const { written } = await write('aider');
    expect((await stat(at(AIDER))).mode & 0o777).toBe(0o640);
    expect(written?.backup).toBe('.aider.conf.yml.2026-11-27T05-41-17-123Z.bak');
    expect(await readFile(at(String(written?.backup)), 'utf8')).toBe('dark-mode: true\n');
    expect((await readdir(home)).sort()).toEqual([AIDER, written?.backup, 'data']);
  });

  test('goes to the file behind a symbolic link, which stays', async () => {
    await mkdir(at('dotfiles'));
    await writeFile(at('dotfiles', 'aider.yml'), 'a: 1\n');
    await symlink(path.join('dotfiles', 'aider.yml'), at(AIDER));
    const { written } = await write('aider');
    expect(await readFile(at('dotfiles', 'aider.yml'), 'utf8')).toContain('openai-api-base');
    expect(await realpath(at(AIDER))).toBe(at('dotfiles', 'aider.yml'));
    expect(await readdir(at('dotfiles'))).toContain(written?.backup);
    await writer().undo('aider');
    expect(await readFile(at(AIDER), 'utf8')).toBe('a: 1\n');
    expect(await realpath(at(AIDER))).toBe(at('dotfiles', 'aider.yml'));
  });

  test('is refused where the file has changed since the preview, and leaves nothing behind', async () => {
    await writeFile(at(AIDER), 'a: 1\n');
    const one = writer();
    const { token } = await one.preview('aider', VALUES);
    await writeFile(at(AIDER), 'a: 2\n');
    await expect(one.write('aider', VALUES, token)).rejects.toMatchObject({ code: 'changed' });
    await expect(one.write('aider', { ...VALUES, model: 'opus' }, token)).rejects.toMatchObject({ code: 'changed' });
    expect(await readFile(at(AIDER), 'utf8')).toBe('a: 2\n');
    expect((await readdir(home)).filter((name) => name !== 'data')).toEqual([AIDER]);
  });

  test('is done once where two ask for it at the same time', async () => {
    await writeFile(at(AIDER), 'a: 1\n');
    const one = writer();
    const { token } = await one.preview('aider', VALUES);
    const results = await Promise.allSettled([one.write('aider', VALUES, token), one.write('aider', VALUES, token)]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect((await readdir(home)).filter((name) => name.endsWith('.bak'))).toHaveLength(1);
  });

  test('says so where there is nothing to change', async () => {
    await write('aider');
    expect((await writer().preview('aider', VALUES)).diff).toBe('');
  });

  test('follows the programs’ own variables', async () => {
    const folders = {
      CODEX_HOME: at('c'),
      CONTINUE_GLOBAL_DIR: at('d'),
      CLAUDE_CONFIG_DIR: at('e'),
      XDG_CONFIG_HOME: at('f'),
    };
    const files = (await writer(folders).states()).map(({ file }) => file);
    expect(files.slice(0, 4)).toEqual([
      path.join('~', 'e', 'settings.json'),
      path.join('~', 'c', 'config.toml'),
      path.join('~', 'd', 'config.yaml'),
      path.join('~', 'f', 'opencode', 'opencode.json'),
    ]);
  });
});

describe('a preview is refused', () => {
  const preview = (program: 'aider' | 'continue' | 'codex') => writer().preview(program, VALUES);

  test.each([
    ['that is not valid', 'a: [1', 'invalid'],
    ['that is not UTF-8', Buffer.from([0x61, 0xff]), 'unreadable'],
    ['that is too large', `# ${'x'.repeat(1024 * 1024)}\n`, 'unreadable'],
  ])('for a file %s', async (_what, content, code) => {
    await writeFile(at(AIDER), content);
    await expect(preview('aider')).rejects.toMatchObject({
      code,
      message: expect.stringContaining('~/.aider.conf.yml'),
    });
  });

  test('for a folder, and for a link that leads nowhere', async () => {
    await mkdir(at(AIDER));
    await expect(preview('aider')).rejects.toMatchObject({ code: 'unreadable' });
    await mkdir(at('.codex'));
    await symlink('nowhere', at('.codex', 'config.toml'));
    await expect(preview('codex')).rejects.toThrow('leads nowhere');
  });

  test('for Continue’s new file beside the old one, which it would hide', async () => {
    await mkdir(at('.continue'));
    await writeFile(at('.continue', 'config.json'), '{}');
    await expect(preview('continue')).rejects.toThrow('older config.json');
  });
});

describe('undo', () => {
  test('removes a file that was not there', async () => {
    await write('codex');
    expect(await writer().undo('codex')).toMatchObject({ exists: false, written: null });
    expect(await readdir(at('.codex'))).toEqual([]);
  });

  test('goes back write by write', async () => {
    await writeFile(at(AIDER), 'a: 1\n');
    await write('aider');
    const first = await readFile(at(AIDER), 'utf8');
    const one = writer();
    const opus = { ...VALUES, model: 'opus' };
    await one.write('aider', opus, (await one.preview('aider', opus)).token);
    expect((await one.undo('aider')).written).not.toBeNull();
    expect(await readFile(at(AIDER), 'utf8')).toBe(first);
    expect((await one.undo('aider')).written).toBeNull();
    expect(await readFile(at(AIDER), 'utf8')).toBe('a: 1\n');
  });

  test('is refused where the file was changed or removed since, or its backup is gone', async () => {
    await writeFile(at(AIDER), 'a: 1\n');
    const { written } = await write('aider');
    const content = await readFile(at(AIDER), 'utf8');
    await writeFile(at(AIDER), `${content}b: 2\n`);
    expect((await writer().states()).at(-1)?.written?.canUndo).toBe(false);
    await expect(writer().undo('aider')).rejects.toMatchObject({
      code: 'changed',
      message: expect.stringContaining(String(written?.backup)),
    });
    await rm(at(AIDER));
    await expect(writer().undo('aider')).rejects.toMatchObject({ code: 'changed' });
    await writeFile(at(AIDER), content);
    await rm(at(String(written?.backup)));
    await expect(writer().undo('aider')).rejects.toMatchObject({ code: 'nothing' });
    expect(await readFile(at(AIDER), 'utf8')).toBe(content);
  });

  test('has nothing to do before a write, nor with a damaged record', async () => {
    await expect(writer().undo('aider')).rejects.toMatchObject({ code: 'nothing' });
    await mkdir(at('data'));
    await writeFile(at('data', 'connect.json'), '{');
    expect((await writer().states()).every(({ written }) => written === null)).toBe(true);
  });
});
