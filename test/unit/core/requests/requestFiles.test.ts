/** A request as a curl command, run by a real bash, and as a HAR file. */
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { CapturedRequest } from '../../../../app/api/http/wire/wireLog';
import { curlCommand } from '../../../../app/core/requests/curl';
import { harText } from '../../../../app/core/requests/har';
import { newRequest } from '../../../../app/store/requests/openRequest';

const URL = 'http://127.0.0.1:22434';

function captured(change: Partial<CapturedRequest> = {}): CapturedRequest {
  const headers = [
    ['Content-Type', 'application/json'] as const,
    ['Host', 'x'] as const,
    ['Authorization', 'Bearer …'] as const,
  ];
  const body = Buffer.from('{"a":1}');
  return {
    ...{ method: 'POST', url: '/v1/chat/completions?x=1', httpVersion: '1.1', keyPlace: 'bearer' },
    ...{ headers, body, isPrivate: false, status: 200, statusText: 'OK' },
    wire: {
      request: { headers, body: body.toString(), bytes: 7, truncated: false },
      response: { headers: [['content-type', 'text/event-stream']], body: 'data: 1', bytes: 900, truncated: true },
    },
    ...change,
  };
}

/** The arguments that bash gives to curl, and what it gets on its input. */
function run(command: string): { args: string[]; input: string } {
  const curl = 'curl() { printf "%s\\0" "$@"; if [[ " $* " == *" @- "* ]]; then echo -n "INPUT:"; cat; fi; };';
  const output = execFileSync('bash', ['-s'], {
    input: `${curl} CLAUDACITY_KEY=secret\n${command}`,
    maxBuffer: 4e6,
  }).toString();
  const [args = '', input = ''] = output.split('INPUT:');
  return { args: args.split('\0').slice(0, -1), input };
}

describe('the curl command', () => {
  test.each([
    `it's`,
    `'''`,
    `"$HOME" \`id\` $(id) \\ \\n !! %s`,
    '@file',
    'two\nlines\n',
    'ünïcödé 日本 🙂',
    `${"'\\".repeat(40_000)}x`,
    '{"content":"\t"}',
  ])('sends the body as it was: %.40s', (body) => {
    const { args, input } = run(curlCommand(captured({ body: Buffer.from(body) }), URL));
    const raw = args.indexOf('--data-raw');
    expect(raw >= 0 ? args[raw + 1] : input).toBe(body);
  });

  test('has the variable in place of the key, wherever the client put it', () => {
    const places = ['bearer', 'basic', 'x-api-key', 'api-key', 'url'] as const;
    const sent = places.map((keyPlace) => run(curlCommand(captured({ keyPlace }), URL)).args.join(' '));
    expect(sent[0]).toContain('-H Authorization: Bearer secret');
    expect(sent[1]).toContain('-u :secret');
    expect(sent[2]).toContain('-H x-api-key: secret');
    expect(sent[3]).toContain('-H api-key: secret');
    expect(sent[4]).toContain(`${URL}/k/secret/v1/chat/completions?x=1`);
    expect(run(curlCommand(captured({ keyPlace: 'none' }), URL)).args.join(' ')).not.toContain('secret');
  });

  test('does not repeat the headers of the connection, nor secrets', () => {
    const { args } = run(curlCommand(captured({ keyPlace: 'none' }), URL));
    expect(args).toEqual([
      `${URL}/v1/chat/completions?x=1`,
      '-H',
      'Content-Type: application/json',
      '--data-raw',
      '{"a":1}',
    ]);
  });

  test('masks keys in the body, and refuses a body that is no text', () => {
    expect(curlCommand(captured({ body: Buffer.from('sk-0123456789abc') }), URL)).not.toContain('0123456789');
    expect(() => curlCommand(captured({ body: Buffer.from([0xff, 0xfe]) }), URL)).toThrow('not text');
  });

  test('names the method where it is not the one that curl takes by itself', () => {
    const get = captured({ method: 'GET', body: null, keyPlace: 'none' });
    expect(run(curlCommand(get, URL)).args).not.toContain('-X');
    expect(run(curlCommand({ ...get, method: 'DELETE' }, URL)).args).toEqual(expect.arrayContaining(['-X', 'DELETE']));
  });
});

test('a HAR entry has all that version 1.2 requires, and times that add up', () => {
  const start = {
    client: 'curl',
    address: '',
    dialect: 'openai',
    method: 'POST',
    path: '/v1',
    model: 'm',
    stream: true,
    userAgent: '',
  };
  const { details } = newRequest(start, 1_764_000_000_000.5);
  Object.assign(details, {
    durationMs: 1000,
    firstTokenMs: 400,
    loadMs: 100,
    queueMs: 30,
    status: 200,
    outcome: 'answered',
  });
  const har = JSON.parse(
    harText(
      [
        { details, captured: captured() },
        { details, captured: null },
      ],
      URL,
      '1.2.3',
    ),
  );

  expect(har.log).toMatchObject({ version: '1.2', creator: { name: 'Claudacity', version: '1.2.3' } });
  const [entry, bare] = har.log.entries;
  expect(entry).toMatchObject({
    startedDateTime: new Date(1_764_000_000_000).toISOString(),
    time: 1000,
    cache: {},
    request: {
      method: 'POST',
      url: `${URL}/v1/chat/completions?x=1`,
      httpVersion: 'HTTP/1.1',
      cookies: [],
      queryString: [{ name: 'x', value: '1' }],
      postData: { mimeType: 'application/json', text: '{"a":1}' },
      bodySize: 7,
    },
    response: { status: 200, statusText: 'OK', redirectURL: '', content: { size: 900, mimeType: 'text/event-stream' } },
  });
  for (const one of [entry, bare]) {
    const times = Object.values<number>(one.timings).filter((time) => time >= 0);
    expect(times.reduce((sum, time) => sum + time, 0)).toBe(one.time);
  }
  expect(bare).toMatchObject({ request: { headers: [], url: `${URL}/v1` }, response: { headers: [] } });
});
