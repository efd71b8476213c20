import { expect, test } from 'vitest';
import { createProgram } from '../../../app/command/program';
import { COMMAND_WORDS, commandArguments, withoutAliases } from '../../../app/command/words';
import { commandRuntime } from '../../support/commandRuntime';

test('the words that the app looks for are those of the command', () => {
  const program = createProgram(commandRuntime().runtime, { exitCode: 0, interrupted: 130 });
  expect([...COMMAND_WORDS].sort()).toEqual([...program.commands.map((command) => command.name()), 'help'].sort());
});

test.each([
  { args: [], command: undefined },
  { args: ['--hidden'], command: undefined },
  { args: ['8080'], command: undefined },
  { args: ['--no-sandbox', '--hidden', '8080'], command: undefined },
  { args: ['/home/me/status'], command: undefined },
  { args: ['8080', 'status'], command: undefined },
  { args: ['status', '--json'], command: ['status', '--json'] },
  { args: ['--no-sandbox', 'keys', 'add', 'serve'], command: ['keys', 'add', 'serve'] },
  { args: ['--install'], command: ['--install'] },
  { args: ['--version'], command: ['--version'] },
])('$args is for the command: $command', ({ args, command }) => {
  expect(commandArguments(args)).toEqual(command);
});

test('the options of the original program stand for commands', () => {
  expect(withoutAliases(['--install', '--json'])).toEqual(['install', '--json']);
  for (const word of ['start', 'stop', 'restart', 'status', 'uninstall'])
    expect(withoutAliases([`--${word}`])).toEqual([word]);
  expect(withoutAliases(['logs', '--status'])).toEqual(['logs', '--status']);
  expect(withoutAliases(['toString'])).toEqual(['toString']);
});
