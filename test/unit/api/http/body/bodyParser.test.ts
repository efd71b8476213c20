/** Where bodies are parsed, and which of them are refused before they are. */
import { afterAll, expect, test } from 'vitest';
import { createBodyParser, JSON_LIMITS, SMALL_BODY } from '../../../../../app/api/http/body/bodyParser';

const parser = createBodyParser();
afterAll(() => parser.close());

/** Parses the text, sent in pieces of 64 KB, and tells whether it was handed to the thread. */
async function parse(text: string): Promise<{ value: unknown; offThread: boolean }> {
  const before = parser.offThread;
  const job = parser.begin();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 65_536) job.push(bytes.subarray(at, at + 65_536));
  job.end();
  return { value: await job.value, offThread: parser.offThread > before };
}

const padding = 'x'.repeat(SMALL_BODY);

test('parses a small body at once and a large one in the thread, with the same result', async () => {
  const body = { a: [1, 'zwölf', null], b: { c: '中文 \u{1f600} \ud800' } };
  expect(await parse(JSON.stringify(body))).toEqual({ value: body, offThread: false });
  expect(await parse(JSON.stringify({ ...body, padding }))).toEqual({ value: { ...body, padding }, offThread: true });
});

test('hands long texts over one by one, and each arrives at its place', async () => {
  const long = (name: string) => name.repeat(300_000);
  const body = { a: long('ä'), b: [{ c: long('b'), d: 1 }, [long('"'), 'short', [long('\u{1f600}')]]], e: {} };
  const whole = await parse(JSON.stringify(body));
  expect(whole.offThread).toBe(true);
  expect(JSON.stringify(whole.value) === JSON.stringify(body)).toBe(true);
  expect((await parse(JSON.stringify(long('c')))).value === long('c')).toBe(true);
});

test('a long text in a field that is called __proto__ changes no object', async () => {
  const text = 'x'.repeat(300_000);
  const { value } = await parse(`{"__proto__":{"polluted":"${text}"},"a":{"__proto__":"${text}","b":"${text}"}}`);
  expect(value).toMatchObject({ a: { b: text } });
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
});

test('ignores a byte order mark', async () => {
  expect((await parse('\uFEFF{"a":1}')).value).toEqual({ a: 1 });
  expect((await parse(`\uFEFF["${padding}"]`)).value).toEqual([padding]);
});

test.each([
  ['', 400, 'missing request body'],
  ['{', 400, 'JSON'],
  [`["${padding}"`, 400, 'JSON'],
  ['['.repeat(JSON_LIMITS.depth + 1), 400, 'levels deep'],
  ['['.repeat(SMALL_BODY + 1), 400, 'levels deep'],
  [`[${'[],'.repeat(JSON_LIMITS.parts)}1]`, 413, 'texts, keys, arrays and objects'],
  [`[${'1,'.repeat(JSON_LIMITS.values)}1]`, 413, 'values'],
  [`["${'x'.repeat(JSON_LIMITS.textBytes + 1)}"]`, 413, 'a text of more than 32 MB'],
])('refuses a body that begins with %.10s with its own status', async (text, status, message) => {
  await expect(parse(text)).rejects.toMatchObject({ status, message: expect.stringContaining(message) });
});

test('does not log what a body says that is not JSON', async () => {
  await expect(parse(`"${padding}" secret`)).rejects.toMatchObject({ recorded: 'the body is not JSON' });
});

test('refuses a body without waiting for its end, and parses others meanwhile', async () => {
  const refused = parser.begin();
  refused.push(Buffer.from(`[${'[],'.repeat(JSON_LIMITS.parts)}`));
  const abandoned = parser.begin();
  abandoned.push(Buffer.from(`["${padding}`));
  abandoned.cancel();
  await expect(refused.value).rejects.toMatchObject({ status: 413 });
  expect(await parse(`["${padding}"]`)).toEqual({ value: [padding], offThread: true });
});

test('the thread ends when it is not used, and starts again', async () => {
  const own = createBodyParser(1);
  const parseLarge = async () => {
    const job = own.begin();
    job.push(Buffer.from(`["${padding}"]`));
    job.end();
    return job.value;
  };
  await parseLarge();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await parseLarge()).toEqual([padding]);
  const interrupted = own.begin();
  interrupted.push(Buffer.from(`["${padding}`));
  const rejection = expect(interrupted.value).rejects.toMatchObject({ kind: 'busy' });
  await own.close();
  await rejection;
});
