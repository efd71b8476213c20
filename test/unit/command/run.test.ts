import { describe, expect, test, vi } from 'vitest';
import { leavesOf } from '../../../app/command/manPage';
import { createProgram } from '../../../app/command/program';
import { runCommand } from '../../../app/command/run';
import { COMMAND_WORDS } from '../../../app/command/words';
import { commandRuntime } from '../../support/commandRuntime';

async function run(args: string[], changes: Parameters<typeof commandRuntime>[0] = {}) {
  const { runtime, output } = commandRuntime(changes);
  return { code: await runCommand(args, runtime), ...output };
}

describe('arguments', () => {
  test('no command serves, and the process goes on', async () => {
    const serve = vi.fn(async () => {});
    expect(await run([], { serve })).toEqual({ code: undefined, stdout: '', stderr: '' });
    expect(serve).toHaveBeenCalledWith({ port: undefined, quiet: false });
    await run(['serve', '1234', '--quiet'], { serve });
    expect(serve).toHaveBeenLastCalledWith({ port: '1234', quiet: true });
  });

  test('the version and the help go to standard output', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, stdout: '1.2.3\n', stderr: '' });
    const help = await run(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const word of COMMAND_WORDS) expect(help.stdout).toMatch(new RegExp(`^  ${word}\\b`, 'm'));
    expect(help.stdout).toContain('CLAUDACITY_HOME');
    expect(help.stdout).toMatch(/^ {2}3 +the app is not running$/m);
    expect(await run(['help', 'keys', 'add'])).toEqual(await run(['keys', 'add', '--help']));
    expect((await run(['help', 'keys', 'add'])).stdout).toContain('Usage: claudacity keys add');
  });

  test.each([
    { args: ['nonsense'], says: 'unknown command' },
    { args: ['statsu'], says: '(Did you mean status?)' },
    { args: ['keys', 'add'], says: 'Usage: claudacity keys add [options] <NAME>' },
    { args: ['keys', 'add', 'a', 'b'], says: 'too many arguments' },
    { args: ['keys', 'add', 'a', '--scope', 'everything'], says: 'Allowed choices are inference, history, metrics.' },
    { args: ['keys', 'add', 'a', '--days', '-1'], says: 'It must be a number above 0.' },
    { args: ['config', 'get', 'nonsense'], says: 'Allowed choices are' },
    { args: ['logs', '--level', 'loud'], says: 'Allowed choices are error, warn, info, debug' },
    { args: ['install', '--desktop', '--headless'], says: 'not both' },
    { args: ['status', '--nonsense'], says: 'unknown option' },
    { args: ['keys', 'nonsense'], says: "unknown command 'nonsense'. There are: list, add, revoke" },
    { args: ['help', 'nonsense'], says: "unknown command 'nonsense'" },
    { args: ['keys', 'add', ' '], says: 'It must not be empty.' },
    { args: ['start', '--port', '70000'], says: 'It must be a port from 0 to 65,535.' },
  ])('wrong arguments exit with 2 and say what is right: $args', async ({ args, says }) => {
    expect(await run(args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(says) });
  });
});

test('every command that needs the app exits with 3 where none runs', async () => {
  const { runtime } = commandRuntime();
  const program = createProgram(runtime, { exitCode: 0, interrupted: 130 });
  // What starts, what reads files, and what works on the app's files where it does not run.
  const local = /^(serve|start|stop|restart|open|install|uninstall|logs|doctor|completion|status|keys|config)/;
  const paths = leavesOf(program).map(({ path }) => path);
  const needing = paths.filter((path) => !local.test(path) && !/(allow|refuse)$/.test(path));
  expect(needing).toEqual(['requests', 'networks list', 'accounts', 'models', 'test', 'connect', 'update']);
  for (const path of needing) {
    expect([path, await run(path.split(' '))]).toEqual([
      path,
      { code: 3, stdout: '', stderr: 'Claudacity is not running. `claudacity start` starts it.\n' },
    ]);
  }
});

test('Ctrl+C ends a command at once with 130, and one that follows a log with 0', async () => {
  const interrupt = new AbortController();
  const waiting = run(['models'], { signal: interrupt.signal, connect: () => new Promise(() => {}) });
  interrupt.abort(new Error('interrupted'));
  expect(await waiting).toEqual({ code: 130, stdout: '', stderr: '' });
  const second = new AbortController();
  const following = run(['logs', '-f'], { signal: second.signal });
  second.abort(new Error('interrupted'));
  expect(await following).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('an app that cannot be reached is an error, not one that does not run', async () => {
  const connect = () => Promise.reject(new Error('/x/socket belongs to another user.'));
  expect(await run(['keys'], { connect })).toEqual({
    code: 1,
    stdout: '',
    stderr: '/x/socket belongs to another user.\n',
  });
});

test('status without an app says so, also in JSON', async () => {
  expect(await run(['status'])).toEqual({ code: 3, stdout: '', stderr: 'Claudacity is not running.\n' });
  expect(await run(['--status'])).toMatchObject({ code: 3 });
  const { stdout } = await run(['status', '--json']);
  expect(JSON.parse(stdout)).toEqual({ running: false, service: null });
});
