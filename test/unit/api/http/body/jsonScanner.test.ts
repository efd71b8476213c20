/** The count of what a JSON text holds, however the text is divided into pieces. */
import { expect, test } from 'vitest';
import { createJsonScanner, type JsonLimits } from '../../../../../app/api/http/body/jsonScanner';

const NO_LIMITS: JsonLimits = { depth: 1_000, parts: 1_000_000, values: 1_000_000 };

function scan(json: string, limits: Partial<JsonLimits> = {}, pieceBytes = Number.POSITIVE_INFINITY) {
  const scanner = createJsonScanner({ ...NO_LIMITS, ...limits });
  const bytes = Buffer.from(json);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const excess = scanner.push(bytes.subarray(at, Math.min(bytes.length, at + pieceBytes)));
    if (excess !== undefined) return excess;
  }
  return scanner.parts;
}

test.each([
  ['1', 0],
  ['"a"', 1],
  ['{"a":[1,2,"b"]}', 4],
  ['{"a\\"[{":"\\\\"}', 3],
  [JSON.stringify([{ text: `say "${'x'.repeat(300)}" [{,` }, '\\"', '\\\\']), 6],
  [JSON.stringify(['\\'.repeat(200), `${'"'.repeat(200)}\\`, 'ä[{'.repeat(100)]), 4],
])('counts the texts, keys, arrays and objects of %s, in pieces of any size', (json, parts) => {
  for (const bytes of [1, 2, 3, 7, 64, 65, 66, 1_000]) expect(scan(json, {}, bytes)).toBe(parts);
});

test('names the limit that is exceeded, and accepts exactly as much', () => {
  expect([scan('[[[]]]', { depth: 3 }), scan('[[[[]]]]', { depth: 3 })]).toEqual([3, 'depth']);
  expect([scan('["a","b"]', { parts: 3 }), scan('["a","b",[]]', { parts: 3 })]).toEqual([3, 'parts']);
  expect([scan('[1,2,3]', { values: 3 }), scan('[1,2,3,4]', { values: 3 })]).toEqual([1, 'values']);
  // The closing quote counts.
  for (const bytes of [1, 64, 1_000]) {
    expect(scan(`["${'a'.repeat(299)}","b"]`, { textBytes: 300 }, bytes)).toBe(3);
    expect(scan(`["b","${'a'.repeat(300)}"]`, { textBytes: 300 }, bytes)).toBe('textBytes');
  }
});

test('brackets that are closed do not nest', () => {
  expect(scan(`[${'[],{},'.repeat(1_000)}1]`, { depth: 2 })).toBe(2_001);
});
