/** The table of clients: what a row contains, and that updating it leaves the others unchanged. */
import { expect, test } from 'vitest';
import { type CellResult, type Row, withRow } from '../../api/clients/clientsTable';
import { CASE_NAMES, type CaseName } from '../../api/clients/names';

const EMPTY = 'Before.\n\n<!-- matrix:begin -->\n<!-- matrix:end -->\nAfter.\n';

function row(cells: Partial<Record<CaseName, CellResult>> = {}): Row {
  return new Map(CASE_NAMES.map((name) => [name, cells[name] ?? { result: 'works' }]));
}

function lines(document: string, start: string): string[] {
  return document.split('\n').filter((line) => line.startsWith(start));
}

test('a row shows for each case whether it works, fails or is not supported', () => {
  const shown = withRow(
    EMPTY,
    'openai, chat',
    row({ chat: { result: 'fails' }, '429': { result: 'lacks', note: 'None.' } }),
  );
  const [line = ''] = lines(shown, '| `openai`, chat | ');
  const cells = line.split(' | ').slice(1);
  expect(cells[0]).toBe('✗');
  expect(cells.slice(1, -1)).toEqual(CASE_NAMES.slice(1, -1).map(() => '✓'));
  expect(cells.at(-1)).toBe('—[^openai-chat-1] |');
  expect(shown).toContain('\n[^openai-chat-1]: None.\n');
});

test('cells with the same note share a footnote', () => {
  const note = 'So it is.';
  const shown = withRow(EMPTY, 'ollama', row({ stop: { result: 'works', note }, abort: { result: 'lacks', note } }));
  expect(shown).toContain('✓[^ollama-1] |');
  expect(shown).toContain('—[^ollama-1] |');
  expect(lines(shown, '[^')).toEqual(['[^ollama-1]: So it is.']);
});

test('rows and footnotes are in the order of the clients, and updating one leaves the others unchanged', () => {
  const noted = (note: string) => row({ chat: { result: 'works', note } });
  const first = withRow(EMPTY, 'ai, @ai-sdk/openai, chat', noted('Of chat.'));
  const both = withRow(first, 'ai, @ai-sdk/openai', noted('Of responses.'));
  expect(lines(both, '| `ai`').map((line) => line.split(' | ')[0])).toEqual([
    '| `ai`, `@ai-sdk/openai`',
    '| `ai`, `@ai-sdk/openai`, chat',
  ]);
  expect(lines(both, '[^')).toEqual(['[^ai-ai-sdk-openai-1]: Of responses.', '[^ai-ai-sdk-openai-chat-1]: Of chat.']);
  const without = withRow(both, 'ai, @ai-sdk/openai', row());
  expect(lines(without, '[^')).toEqual(['[^ai-ai-sdk-openai-chat-1]: Of chat.']);
});

test('an up-to-date document stays unchanged', () => {
  const shown = withRow(EMPTY, 'ollama', row({ image: { result: 'lacks', note: 'No.' } }));
  expect(withRow(shown, 'ollama', row({ image: { result: 'lacks', note: 'No.' } }))).toBe(shown);
  expect(shown.startsWith('Before.\n\n')).toBe(true);
  expect(shown.endsWith('<!-- matrix:end -->\nAfter.\n')).toBe(true);
});

test('a row without results of all cases, or a document without a table, is an error', () => {
  const cells = new Map(row());
  cells.delete('image');
  expect(() => withRow(EMPTY, 'ollama', cells)).toThrow('“image” was not run');
  expect(() => withRow('Nothing.', 'ollama', row())).toThrow('the document has no');
});
