/** The number of the log's lines about refused requests. */
import { expect, test } from 'vitest';
import { boundRefusalLines } from '../../../../app/api/http/refusalLines';

test('sixty lines a minute are written, and how many were left out', () => {
  let now = 1_000_000;
  const lines: string[] = [];
  const write = (message: string, fields?: object) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const log = boundRefusalLines({ debug: write, info: write, warn: write, error: write }, () => now);
  for (let count = 0; count < 100_000; count += 1) log.info('request refused', { id: count });
  expect(lines).toHaveLength(60);
  log.warn('request failed');
  expect(lines).toHaveLength(61);
  now += 60_000;
  log.info('request refused', { id: 'next' });
  expect(lines.slice(61)).toEqual(['more requests were refused {"count":99940}', 'request refused {"id":"next"}']);
});
