/** Checks of the installed CLI, with scripts in its place. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ClaudeState, createInstallation } from '../../../../app/claude/installation/installation';
import { ClaudeUnavailableError } from '../../../../app/claude/installation/problems';
import { removeFolder, scratchFolder } from '../../../support/cli';

describe.skipIf(process.platform === 'win32')('an installation', () => {
  let folder: string;
  let changes: ClaudeState[];

  beforeEach(async () => {
    folder = await scratchFolder();
    changes = [];
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

  function create(cliPath: string) {
    return createInstallation({
      cliPath: () => cliPath,
      env: {},
      checkouts: [],
      childEnv: () => ({}),
      signInMs: 60_000,
      onSignInProcess: () => {},
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
