/** The CLI is found where people have it, in the order in which they mean it: with real files in a scratch home. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FindOptions, findClaude } from '../../../../app/claude/installation/findClaude';
import { removeFolder, scratchFolder } from '../../../support/cli';

let home: string;

beforeEach(async () => {
  home = await scratchFolder();
});

afterEach(() => removeFolder(home));

describe.skipIf(process.platform === 'win32')('on Linux and macOS', () => {
  test('the setting goes before all else', async () => {
    const set = await program('set/my-claude');
    const env = { CLAUDE_PATH: await program('env/claude'), PATH: path.dirname(await program('path/claude')) };

    expect(await find({ setting: set, env })).toBe(set);
  });

  test('CLAUDE_PATH goes before PATH', async () => {
    const named = await program('env/claude');

    expect(await find({ env: { CLAUDE_PATH: named, PATH: path.dirname(await program('path/claude')) } })).toBe(named);
  });

  test('a setting may begin with the home folder', async () => {
    await program('tools/claude');

    expect(await find({ setting: '~/tools/claude' })).toBe(path.join(home, 'tools/claude'));
  });

  test('a setting that leads to nothing is not replaced by a guess, and says where it looked', async () => {
    const wrong = path.join(home, 'nowhere', 'claude');

    const found = await findClaude({ setting: wrong, env: { PATH: path.dirname(await program('path/claude')) } });

    expect(found).toEqual({ found: false, message: expect.stringContaining(wrong) });
  });

  test('a CLAUDE_PATH that leads to nothing is named', async () => {
    const found = await findClaude({ setting: '', env: { CLAUDE_PATH: '/nowhere/claude', PATH: '' } });

    expect(found).toEqual({ found: false, message: expect.stringContaining('CLAUDE_PATH') });
  });

  test('PATH is searched in its order', async () => {
    const first = await program('first/claude');
    const second = await program('second/claude');

    expect(await find({ env: { PATH: [first, second].map((file) => path.dirname(file)).join(':') } })).toBe(first);
  });

  test('a file that cannot be run, and a folder of the name, are passed over', async () => {
    const plain = await program('plain/claude');
    await chmod(plain, 0o644);
    await mkdir(path.join(home, 'folder', 'claude'), { recursive: true });
    const real = await program('real/claude');

    const folders = [path.dirname(plain), path.join(home, 'folder'), path.dirname(real)];
    expect(await find({ env: { PATH: folders.join(':') } })).toBe(real);
  });

  test('a relative part of PATH is not looked at: it would mean another folder each time', async () => {
    const local = await program('.local/bin/claude');

    expect(await find({ env: { HOME: home, PATH: 'node_modules/.bin:.' } })).toBe(local);
  });

  test('what only the login shell’s PATH leads to is found', async () => {
    const installed = await program('from-profile/claude');
    const shell = await program(
      'shell',
      `#!/bin/sh\necho 'Welcome!'\nexport PATH="${path.dirname(installed)}:$PATH"\n[ "$1" = -ilc ] && eval "$2"\n`,
    );

    expect(await find({ env: { HOME: home, SHELL: shell, PATH: '/usr/bin:/bin' } })).toBe(installed);
  });

  test('a login shell that fails is passed over', async () => {
    const local = await program('.local/bin/claude');
    const shell = await program('shell', '#!/bin/sh\nexit 1\n');

    expect(await find({ env: { HOME: home, SHELL: shell, PATH: '/bin' } })).toBe(local);
  });

  test.each(['.local/bin', '.claude/local', '.npm-global/bin', '.volta/bin', '.bun/bin'])(
    '~/%s is looked at',
    async (folder) => {
      const installed = await program(`${folder}/claude`);

      expect(await find({ env: { HOME: home, PATH: '' } })).toBe(installed);
    },
  );

  test('PATH goes before the usual folders', async () => {
    await program('.local/bin/claude');
    const inPath = await program('path/claude');

    expect(await find({ env: { HOME: home, PATH: path.dirname(inPath) } })).toBe(inPath);
  });

  test('a checkout’s own CLI is found, the native one before npm’s launcher', async () => {
    const launcher = await program('checkout/node_modules/.bin/claude');
    const checkouts = [path.join(home, 'checkout')];
    expect(await find({ env: { HOME: home, PATH: '' }, checkouts })).toBe(launcher);

    const native = await program(
      `checkout/node_modules/@anthropic-ai/claude-code-${process.platform}-${process.arch}/claude`,
    );
    expect(await find({ env: { HOME: home, PATH: '' }, checkouts })).toBe(native);
  });

  test('what the user has installed goes before a checkout’s', async () => {
    const installed = await program('.local/bin/claude');
    await program('checkout/node_modules/.bin/claude');

    expect(await find({ env: { HOME: home, PATH: '' }, checkouts: [path.join(home, 'checkout')] })).toBe(installed);
  });
});

/** A program in the scratch home that can be run. */
async function program(name: string, content = '#!/bin/sh\n'): Promise<string> {
  const file = path.join(home, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content, { mode: 0o755 });
  return file;
}

async function find({ setting = '', env = {}, ...rest }: Partial<FindOptions>): Promise<string | undefined> {
  const found = await findClaude({ setting, env: { HOME: home, ...env }, ...rest });
  return found.found ? found.path : undefined;
}
