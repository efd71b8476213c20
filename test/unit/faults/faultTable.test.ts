/** The tables of faults: what a row contains, and that updating one leaves the others unchanged. */
import { expect, test } from 'vitest';
import { acrossDialects, type FaultRow, withTable } from '../../api/faults/faultTable';

const EMPTY = ['a', 'b']
  .map((group) => `<!-- faults:${group}:begin -->\n<!-- faults:${group}:end -->\n`)
  .join('Between.\n');

const ROW: FaultRow = {
  fault: 'SIGKILL',
  when: 'at once',
  whole: '502',
  streamed: '200, error in the stream',
  message: '',
  shown: 'failed | 502',
  lost: 'nothing',
  left: 'nothing',
};

test('a table has one line for each fault, and other tables are unchanged', () => {
  const one = withTable(EMPTY, 'b', [ROW]);
  expect(one).toContain(
    '| SIGKILL | at once | 502 | 200, error in the stream | – | failed \\| 502 | nothing | nothing |',
  );
  const both = withTable(one, 'a', [ROW, ROW]);
  expect(both.match(/\| SIGKILL \|/g)).toHaveLength(3);
  expect(withTable(both, 'a', [])).toBe(withTable(one, 'a', []));
  expect(withTable(both, 'a', [ROW, ROW])).toBe(both);
});

test('a document without a place for the table is an error', () => {
  expect(() => withTable(EMPTY, 'c', [])).toThrow('faults:c');
});

test('what is the same in all dialects is said once', () => {
  expect(
    acrossDialects(
      new Map([
        ['Ollama', '502'],
        ['OpenAI', '502'],
      ]),
    ),
  ).toBe('502');
  expect(
    acrossDialects(
      new Map([
        ['Ollama', '503'],
        ['OpenAI', '503'],
        ['Anthropic', '529'],
      ]),
    ),
  ).toBe('Ollama, OpenAI: 503; Anthropic: 529');
});
