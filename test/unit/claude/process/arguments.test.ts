/** The command line of a process. test/api/claude/isolation.test.ts shows that its arguments isolate the CLI. */
import { expect, test } from 'vitest';
import { claudeArguments } from '../../../../app/claude/process/arguments';

test('no argument depends on a request', () => {
  expect(claudeArguments(false)).toEqual([
    '-p',
    ...['--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose', '--include-partial-messages'],
    '--no-session-persistence',
    ...['--allowedTools', 'mcp__client', '--settings', '{"includeCoAuthoredBy":false}'],
  ]);
});

test('isolation adds arguments', () => {
  expect(claudeArguments(true)).toEqual([
    ...claudeArguments(false),
    ...['--tools', '', '--strict-mcp-config', '--setting-sources', '', '--safe-mode'],
  ]);
});

test('a session is resumed with its model', () => {
  expect(claudeArguments(false, { file: '/s.jsonl', model: 'haiku' })).toEqual([
    ...claudeArguments(false),
    ...['--resume', '/s.jsonl', '--model', 'haiku'],
  ]);
  expect(claudeArguments(false, { file: '/s.jsonl', model: undefined })).not.toContain('--model');
});
