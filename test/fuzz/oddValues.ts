/** Values that programs rarely send and parsers often handle wrongly. */
import type { Random } from '../support/random';
import { Verbatim } from './json';

export function oddValue(chance: Random): unknown {
  return chance.pick(chance.pick(KINDS))(chance);
}

/** Names of members that every object inherits, and others that programs often handle wrongly. */
export const ODD_NAMES: readonly string[] = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'length', 'toJSON'],
  ...['', ' ', '0', '-1', '\u0000', 'ключ', '💥', 'a.b', 'a[0]', '$ref', 'x'.repeat(5_000), '\ud800'],
];

type Make = (chance: Random) => unknown;

function constants(...values: readonly unknown[]): Make[] {
  return values.map((value) => () => value);
}

function verbatim(...texts: readonly string[]): Make[] {
  return constants(...texts.map((text) => new Verbatim(text)));
}

function nested(open: string, close: string): Make {
  return (chance) => {
    const depth = chance.pick([2, 20, 120, 480, 499, 501, 5_000, 50_000]);
    return new Verbatim(`${open.repeat(depth)}0${close.repeat(depth)}`);
  };
}

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const NUMBERS = [
  ...constants(0, -1, 1, 1.5, -0.5, 2 ** 31, 2 ** 53, -(2 ** 63), Number.MAX_VALUE, Number.MIN_VALUE),
  ...verbatim('-0', '1e999', '-1e999', '1E400', '9'.repeat(400), `0.${'1'.repeat(400)}`, '1e-400'),
  // None of these is JSON.
  ...verbatim('NaN', 'Infinity', '-Infinity', '01', '+1', '.5', '1.', '0x10', 'undefined', '1_000'),
];

const TEXTS = [
  ...constants(
    '',
    ' ',
    '\n',
    '\t \n',
    '\u0000',
    'a\u0000b',
    '\ufeff',
    '\u2028',
    '\u202e',
    '💥',
    'e\u0301',
    'null',
    'true',
    '0',
    '-1',
  ),
  ...constants(
    'NaN',
    '{}',
    '[]',
    '{"a":',
    '../../etc/passwd',
    'file:///etc/passwd',
    '@/etc/hostname',
    '/clear',
    '%s%n',
    '\r\nX: y',
  ),
  ...verbatim(
    '"\\ud800"',
    '"\\udc00x"',
    '"x\\ud83d"',
    '"\\u0000\\u0001"',
    '"\\x"',
    '"',
    "'x'",
    '"\n"',
    '"\\ud800\\ud800"',
  ),
  (chance: Random) => 'x'.repeat(chance.pick([513, 5_000, 70_000, 300_000])),
  (chance: Random) => '\u0001'.repeat(chance.pick([100, 10_000])),
];

const WORDS = constants(
  ...['system', 'developer', 'user', 'assistant', 'tool', 'function', 'USER', 'critic', 'root', 'model'],
  ...[
    'auto',
    'none',
    'required',
    'any',
    'json',
    'json_object',
    'json_schema',
    'text',
    'high',
    'xhigh',
    'max',
    'minimal',
  ],
  ...[
    '5m',
    '-1',
    '0',
    '1h30m',
    '5',
    '-5m',
    '999999999h',
    '1e3s',
    'sonnet',
    'sonnet:latest',
    'claude-sonnet',
    'anthropic/sonnet',
  ],
  ...[
    'image_url',
    'input_image',
    'tool_use',
    'tool_result',
    'function_call',
    'item_reference',
    'reasoning',
    'thinking',
  ],
);

const IMAGES = constants(
  ...[PNG, `data:image/png;base64,${PNG}`, 'data:image/png;base64,%%%', 'data:,', 'data:', 'data:image/svg+xml,<svg/>'],
  ...['aGk=', 'aGk', '====', '!!!!', 'http://127.0.0.1:1/x.png', 'https://[::1/x', 'ftp://x/y', 'http://', 'blob:x'],
  ...[{ url: PNG }, { url: null }, { url: 'http://169.254.169.254/' }, { url: 5 }, { type: 'base64', data: 'aGk=' }],
);

const SCHEMAS = [
  ...constants(
    ...[true, false, { type: 'string' }, { type: ['object', 'null'] }, { type: 5 }, { type: 'object', properties: 5 }],
    ...[{ type: 'object', required: 'x' }, { type: 'object', properties: { a: { $ref: '#' } } }, { $ref: '#/nowhere' }],
    ...[
      { anyOf: [] },
      { oneOf: [{}] },
      { allOf: 'x' },
      { not: {} },
      { type: 'object', patternProperties: { '(': {} } },
    ],
    ...[
      { type: 'object', properties: { a: { type: 'string', pattern: '(' } } },
      { type: 'object', $defs: null },
    ],
    ...[
      { type: 'object', properties: { a: { enum: [] } } },
      { type: 'object', additionalProperties: 'no' },
      { enum: [1] },
    ],
    ...[
      { $schema: 'http://nowhere.invalid/schema', type: 'object' },
      { type: 'object', $id: '::', properties: {} },
    ],
  ),
  ...verbatim('{"type":"object","properties":{"__proto__":{"type":"string"}}}'),
];

const CONTAINERS = [
  ...constants(
    [],
    {},
    [[]],
    [{}],
    [null],
    { '': '' },
    [1, 'a', null, true, [], {}],
    { type: 'object' },
    { type: null },
  ),
  ...verbatim('{"__proto__":{"polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}', '{"toString":1}'),
  ...verbatim('{"a":1,"a":2}', '{"a":1,}', '[1,]', '{a:1}', '{"a"}', '[', '}'),
  nested('[', ']'),
  nested('{"a":', '}'),
  nested('[{"content":', '}]'),
  (chance: Random) => Array.from({ length: chance.pick([33, 200, 2_000]) }, (_, index) => index),
];

const KINDS: readonly (readonly Make[])[] = [
  constants(null, true, false),
  NUMBERS,
  TEXTS,
  WORDS,
  IMAGES,
  SCHEMAS,
  CONTAINERS,
];
