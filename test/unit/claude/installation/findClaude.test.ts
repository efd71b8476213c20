/** The order in which the places are searched, with real files in a scratch home. */
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
  test('the path in the settings comes first', async () => {
    const configured = await program('set/my-claude');
    const env = { CLAUDE_PATH: await program('env/claude'), PATH: path.dirname(await program('path/claude')) };

    expect(await find({ setting: configured, env })).toBe(configured);
  });

  test('CLAUDE_PATH comes before PATH', async () => {
    const configured = await program('env/claude');

    expect(await find({ env: { CLAUDE_PATH: configured, PATH: path.dirname(await program('path/claude')) } })).toBe(
      configured,
    );
  });

  test('a path in the settings may begin with ~', async () => {
    await program('tools/claude');

    expect(await find({ setting: '~/tools/claude' })).toBe(path.join(home, 'tools/claude'));
  });

  test('a wrong path in the settings is an error that names the path, and no other place is searched', async () => {
    const wrong = path.join(home, 'nowhere', 'claude');

    const found = await findClaude({ setting: wrong, env: { PATH: path.dirname(await program('path/claude')) } });

    expect(found).toEqual({ found: false, message: expect.stringContaining(wrong) });
  });

  test('a wrong path in CLAUDE_PATH is an error that names the variable', async () => {
    const found = await findClaude({ setting: '', env: { CLAUDE_PATH: '/nowhere/claude', PATH: '' } });

    expect(found).toEqual({ found: false, message: expect.stringContaining('CLAUDE_PATH') });
  });

  test('the folders of PATH are searched in order', async () => {
    const first = await program('first/claude');
    const second = await program('second/claude');

    expect(await find({ env: { PATH: [first, second].map((file) => path.dirname(file)).join(':') } })).toBe(first);
  });

  test('a file that is not executable and a folder of the same name are skipped', async () => {
    const notExecutable = await program('plain/claude');
    await chmod(notExecutable, 0o644);
    await mkdir(path.join(home, 'folder', 'claude'), { recursive: true });
    const executable = await program('real/claude');

    const folders = [path.dirname(notExecutable), path.join(home, 'folder'), path.dirname(executable)];
    expect(await find({ env: { PATH: folders.join(':') } })).toBe(executable);
  });

  test('a relative folder in PATH is skipped, since it depends on the working folder', async () => {
    const local = await program('.local/bin/claude');

    expect(await find({ env: { HOME: home, PATH: 'node_modules/.bin:.' } })).toBe(local);
  });

  test('a CLI that is only in the login shell’s PATH is found', async () => {
    const installed = await program('from-profile/claude');
    const shell = await program(
      'shell',
      `#!/bin/sh\necho 'Welcome!'\nexport PATH="${path.dirname(installed)}:$PATH"\n[ "$1" = -ilc ] && eval "$2"\n`,
    );

    expect(await find({ env: { HOME: home, SHELL: shell, PATH: '/usr/bin:/bin' } })).toBe(installed);
  });

  test('a login shell that fails is ignored', async () => {
    const local = await program('.local/bin/claude');
    const shell = await program('shell', '#!/bin/sh\nexit 1\n');

    expect(await find({ env: { HOME: home, SHELL: shell, PATH: '/bin' } })).toBe(local);
  });

  test.each(['.local/bin', '.claude/local', '.npm-global/bin', '.volta/bin', '.bun/bin'])(
    '~/%s is searched',
    async (folder) => {
      const installed = await program(`${folder}/claude`);

      expect(await find({ env: { HOME: home, PATH: '' } })).toBe(installed);
    },
  );

  test('PATH comes before the folders of installers', async () => {
    await program('.local/bin/claude');
    const inPath = await program('path/claude');

    expect(await find({ env: { HOME: home, PATH: path.dirname(inPath) } })).toBe(inPath);
  });

  test('the CLI of a source checkout is found, the native program before npm’s script', async () => {
    const script = await program('checkout/node_modules/.bin/claude');
    const checkouts = [path.join(home, 'checkout')];
    expect(await find({ env: { HOME: home, PATH: '' }, checkouts })).toBe(script);

    const native = await program(
      `checkout/node_modules/@anthropic-ai/claude-code-${process.platform}-${process.arch}/claude`,
    );
    expect(await find({ env: { HOME: home, PATH: '' }, checkouts })).toBe(native);
  });

  test('an installed CLI comes before that of a source checkout', async () => {
    const installed = await program('.local/bin/claude');
    await program('checkout/node_modules/.bin/claude');

    expect(await find({ env: { HOME: home, PATH: '' }, checkouts: [path.join(home, 'checkout')] })).toBe(installed);
  });
});

/** Writes an executable file in the scratch home. */
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
