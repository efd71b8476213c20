/** Checks of the installed CLI, with scripts in its place. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type ClaudeState,
  createInstallation,
  type Installation,
} from '../../../../app/claude/installation/installation';
import { ClaudeUnavailableError } from '../../../../app/claude/installation/problems';
import { removeFolder, scratchFolder } from '../../../support/cli';

describe.skipIf(process.platform === 'win32')('an installation', () => {
  let folder: string;
  let changes: ClaudeState[];
  let processes: [pid: number, isRunning: boolean][];

  beforeEach(async () => {
    folder = await scratchFolder();
    changes = [];
    processes = [];
  });

  afterEach(async () => {
    vi.useRealTimers();
    await removeFolder(folder);
  });

  test('is ready where the CLI is signed in', async () => {
    const installation = create(await cli({ loggedIn: true }));

    expect(installation.state).toEqual({ phase: 'checking' });
    const state = await installation.check();

    expect(state).toMatchObject({ phase: 'ready', version: '2.1.330', account: { loggedIn: true } });
    expect(installation.state).toBe(state);
    expect(changes).toEqual([state]);
    expect(installation.requirePath()).toBe(state.path);
  });

  test('can be started where the CLI is not signed in', async () => {
    const installation = create(await cli({ loggedIn: false }));

    expect(await installation.check()).toMatchObject({ phase: 'problem', problem: { code: 'signed_out' } });
    expect(installation.requirePath()).toBe(path.join(folder, 'claude'));
  });

  test.each([
    ['missing', async () => '/nowhere/claude'],
    ['outdated', () => cli({ version: '2.1.100' })],
    ['failed', () => script('exit 3')],
  ])('cannot be started where the CLI is %s', async (kind, install) => {
    const installation = create(await install());

    expect(await installation.check()).toMatchObject({ phase: 'problem', problem: { code: `cli_${kind}` } });
    expect(installation.requirePath).toThrow(ClaudeUnavailableError);
  });

  test('is checked once for calls at the same time', async () => {
    const installation = create(await cli({}));

    const [first, second] = await Promise.all([installation.check(), installation.check()]);

    expect(second).toBe(first);
    expect(changes).toHaveLength(1);
  });

  test('needs a check at first, and again a while after the last one has found no CLI', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const installation = create('/nowhere/claude');
    expect(installation.needsCheck()).toBe(true);

    await installation.check();
    expect(installation.needsCheck()).toBe(false);

    vi.advanceTimersByTime(2_001);
    expect(installation.needsCheck()).toBe(true);
  });

  test('is signed out once the CLI has reported a missing sign-in', async () => {
    const installation = create(await cli({ loggedIn: true }));
    await installation.check();

    installation.markSignedOut();
    installation.markSignedOut();

    expect(installation.state).toMatchObject({ phase: 'problem', version: '2.1.330', problem: { code: 'signed_out' } });
    expect(changes).toHaveLength(2);
  });

  describe('a sign-in', () => {
    const LOGIN = 'echo "If the browser didn’t open, visit:"; echo https://claude.example/oauth?a=b; ';

    test('shows the address of its page until it has succeeded, and is shared', async () => {
      const installation = create(await signInCli(`${LOGIN} while [ ! -e ${folder}/done ]; do sleep 0.05; done`));
      await installation.check();

      const first = installation.signIn();
      const second = installation.signIn();
      await expect.poll(() => installation.state.signIn?.url).toBe('https://claude.example/oauth?a=b');
      await writeFile(path.join(folder, 'done'), '');

      expect(await Promise.all([first, second])).toEqual([true, true]);
      expect(installation.state.signIn).toBeUndefined();
      expect(processes).toEqual([
        [expect.any(Number), true],
        [processes[0]?.[0], false],
      ]);
    });

    test.each([
      ['cancelled', (installation: Installation) => installation.cancelSignIn()],
      ['ended with the app', async (installation: Installation) => installation.close()],
    ])('can be %s, with the processes that it has started', async (_, end) => {
      const installation = create(await signInCli(`${LOGIN} sleep 1000 & echo $! > ${folder}/child; wait`));
      await installation.check();
      const ended = installation.signIn();
      await expect.poll(() => installation.state.signIn?.url).toBeDefined();

      await end(installation);

      expect(await ended).toBe(false);
      expect(installation.state.signIn).toBeUndefined();
      const child = Number(await readFile(path.join(folder, 'child'), 'utf8'));
      await expect.poll(() => isRunning(child)).toBe(false);
    });

    test('that takes too long fails', async () => {
      const installation = create(await signInCli(`${LOGIN} sleep 1000`), 200);
      await installation.check();

      await expect(installation.signIn()).rejects.toThrow('The sign-in was not completed within 0.2 s.');
      expect(installation.state.signIn).toBeUndefined();
    });

    test('that fails has the last line of the CLI', async () => {
      const installation = create(
        await signInCli('echo "Opening browser…"; echo "the browser was closed" >&2; exit 1'),
      );
      await installation.check();

      await expect(installation.signIn()).rejects.toThrow('the browser was closed');
    });

    test('is kept in the state by a check during it', async () => {
      const installation = create(await signInCli(`${LOGIN} sleep 1000`));
      await installation.check();
      const ended = installation.signIn();
      await expect.poll(() => installation.state.signIn?.url).toBeDefined();

      expect((await installation.check()).signIn?.url).toBeDefined();
      await installation.cancelSignIn();
      expect(await ended).toBe(false);
    });

    function signInCli(login: string): Promise<string> {
      const account = JSON.stringify({ loggedIn: false, authMethod: 'none' });
      return script(`case "$1 $2" in
        '--version ') echo '2.1.330 (Claude Code)' ;;
        '--setting-sources= auth') echo '${account}' ;;
        'auth login') ${login} ;;
      esac`);
    }
  });

  function create(cliPath: string, signInMs = 60_000) {
    return createInstallation({
      cliPath: () => cliPath,
      env: {},
      checkouts: [],
      childEnv: () => ({ PATH: process.env.PATH }),
      signInMs,
      onSignInProcess: (...change) => processes.push(change),
      onChange: (next) => changes.push(next),
    });
  }

  function cli({ version = '2.1.330', loggedIn = true }): Promise<string> {
    const account = JSON.stringify({ loggedIn, authMethod: 'api_key' });
    return script(`[ "$1" = --version ] && echo '${version} (Claude Code)' || echo '${account}'`);
  }

  async function script(content: string): Promise<string> {
    const file = path.join(folder, 'claude');
    await writeFile(file, `#!/bin/sh\n${content}\n`, { mode: 0o755 });
    return file;
  }
});

async function isRunning(pid: number): Promise<boolean> {
  // A zombie has ended, too; it waits for init to notice.
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/\) Z /.test(stat);
}
