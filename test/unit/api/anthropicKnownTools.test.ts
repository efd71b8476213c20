/** The API's tools that a client runs itself have a description and arguments here. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { knownTool } from '../../../app/api/anthropic/knownTools';

const Properties = z.object({ properties: z.record(z.string(), z.object({ enum: z.array(z.string()).optional() })) });

/** The names of the tool's arguments, and its commands. */
function argumentsOf(type: string) {
  const { properties } = Properties.parse(knownTool(type)?.schema);
  return { names: Object.keys(properties), commands: properties.command?.enum };
}

test('each version of the text editor has its own commands and arguments', () => {
  const oldest = argumentsOf('text_editor_20241022');
  const middle = argumentsOf('text_editor_20250429');
  const newest = argumentsOf('text_editor_20250728');
  expect([oldest, middle, newest].map(({ commands }) => commands?.includes('undo_edit'))).toEqual([true, false, false]);
  expect([oldest, middle, newest].map(({ names }) => names.includes('insert_text'))).toEqual([false, false, true]);
});

test('the shell and the memory have theirs', () => {
  expect(argumentsOf('bash_20250124').names).toEqual(['command', 'restart']);
  expect(argumentsOf('memory_20250818').commands).toEqual([
    'view',
    'create',
    'str_replace',
    'insert',
    'delete',
    'rename',
  ]);
});

test.each(['web_search_20250305', 'web_fetch_20250910', 'code_execution_20250825', 'computer_20251124', 'custom', ''])(
  'there is none for %j',
  (type) => expect(knownTool(type)).toBeUndefined(),
);
