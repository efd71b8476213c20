/** The command line of a process. test/api/claude/isolation.test.ts shows that its arguments isolate the CLI. */
import { expect, test } from 'vitest';
import { claudeArguments } from '../../../../app/claude/process/arguments';

test('no argument depends on a request', () => {
  expect(claudeArguments({ isolated: false })).toEqual([
    '-p',
    ...['--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose', '--include-partial-messages'],
    '--no-session-persistence',
    ...['--allowedTools', 'mcp__clientA,mcp__clientB', '--settings', '{"includeCoAuthoredBy":false}'],
  ]);
});

test('isolation adds arguments', () => {
  expect(claudeArguments({ isolated: true })).toEqual([
    ...claudeArguments({ isolated: false }),
    ...['--tools', '', '--strict-mcp-config', '--setting-sources', '', '--safe-mode'],
  ]);
});

test('a process for several conversations has two more', () => {
  expect(claudeArguments({ isolated: false, reusable: true })).toEqual([
    ...claudeArguments({ isolated: false }),
    ...['--permission-mode', 'default', '--system-prompt-snapshot', 'off'],
  ]);
});

test('a session is resumed with its model', () => {
  expect(
    claudeArguments({ isolated: false, session: { file: '/s.jsonl', model: 'haiku', userUuids: [], hasNotes: false } }),
  ).toEqual([...claudeArguments({ isolated: false }), ...['--resume', '/s.jsonl', '--model', 'haiku']]);
  expect(
    claudeArguments({
      isolated: false,
      session: { file: '/s.jsonl', model: undefined, userUuids: [], hasNotes: false },
    }),
  ).not.toContain('--model');
});

test('a conversation is stored only where that is wanted', () => {
  const all = claudeArguments({ isolated: true });

  expect(claudeArguments({ isolated: true, storesSession: true })).toEqual(
    all.filter((argument) => argument !== '--no-session-persistence'),
  );
});
