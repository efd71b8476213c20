/** The guides: complete for every place and system, and the document that is made of them. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { tomlFormat } from '../../../app/connect/formats/toml';
import { GUIDES, guideById } from '../../../app/connect/guides';
import { guidesMarkdown } from '../../../app/connect/guideText';
import { CONFIG_PROGRAMS } from '../../../app/shared/connect/configFiles';
import { type GuideValues, PLACES } from '../../../app/shared/connect/guide';

const KEY = 'cld_0123456789';
const VALUES: GuideValues[] = PLACES.flatMap((place) =>
  ['linux', 'darwin', 'win32'].flatMap((platform) =>
    [null, KEY].map((key) => ({ url: 'http://192.168.1.10:22434', key, model: 'haiku', place, platform })),
  ),
);

describe.each(GUIDES.map((guide) => [guide.id, guide] as const))('%s', (_id, guide) => {
  const texts = (values: GuideValues) =>
    guide
      .steps(values)
      .flatMap(({ code, fields = [] }) => [...(code ? [code.text] : []), ...fields.map(([, value]) => value)]);

  test('has the address or its port, and the key where there is one, at each place', () => {
    for (const values of VALUES) {
      const all = texts(values).join('\n');
      expect(all).toContain('22434');
      // Xcode's form for a server on the same computer has a port and nothing else.
      if (values.key !== null && !(guide.id === 'xcode' && values.place === 'here')) expect(all).toContain(KEY);
      expect(all).not.toMatch(/undefined|null\b|\[object/);
    }
  });

  test('has code that can be parsed', () => {
    for (const values of VALUES) {
      for (const { code } of guide.steps(values)) {
        if (code?.language === 'json') expect(() => JSON.parse(code.text)).not.toThrow();
        if (code?.language === 'yaml') expect(parseYaml(code.text)).toBeTypeOf('object');
        if (code?.language === 'toml') expect(tomlFormat.parse(code.text)).toBeTypeOf('object');
      }
    }
  });

  test('names its sources, and a name in the log', () => {
    expect(guide.sources.length).toBeGreaterThan(0);
    expect([...guide.clients, ...(guide.libraries ?? [])].length).toBeGreaterThan(0);
  });
});

test('each guide has an id of its own, and each file that can be written a guide', () => {
  expect(new Set(GUIDES.map(({ id }) => id)).size).toBe(GUIDES.length);
  for (const program of CONFIG_PROGRAMS) expect(guideById(program)).toBeDefined();
});

test('context/CONNECT.md is up to date', () => {
  expect(readFileSync('context/CONNECT.md', 'utf8'), 'Run: node build/connectGuide.mjs').toBe(guidesMarkdown());
});
