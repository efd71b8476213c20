/** Changes to files of other programs: what is not changed stays as it was, to the letter. */
import { describe, expect, test } from 'vitest';
import { type ConfigChange, changeText } from '../../../app/connect/formats/format';
import { jsonFormat } from '../../../app/connect/formats/json';
import { tomlFormat } from '../../../app/connect/formats/toml';
import { yamlFormat } from '../../../app/connect/formats/yaml';
import { PROGRAM_FILES } from '../../../app/connect/programs';

const VALUES = { url: 'http://127.0.0.1:22434', model: 'sonnet', key: null };

function changed(
  program: keyof typeof PROGRAM_FILES,
  text: string,
  values = VALUES as typeof VALUES | { key: string },
) {
  const { format, changes } = PROGRAM_FILES[program];
  return changeText(format, text, changes(format.parse(text), { ...VALUES, ...values }));
}

describe('Claude Code’s settings.json', () => {
  test('keeps comments, order, indentation and the user’s own variables', () => {
    const text = `{
    // mine
    "model": "opus", // the large one
    "env": {
        "FOO": "1"
    },
    "hooks": {}
}
`;
    expect(changed('claude-code', text)).toBe(`{
    // mine
    "model": "opus", // the large one
    "env": {
        "FOO": "1",
        "ANTHROPIC_BASE_URL": "http://127.0.0.1:22434",
        "ANTHROPIC_AUTH_TOKEN": "unused"
    },
    "hooks": {}
}
`);
  });

  test('a new file is complete, and a second time nothing changes', () => {
    const text = changed('claude-code', '', { key: 'cld_abc' });
    expect(JSON.parse(text)).toEqual({
      env: { ANTHROPIC_BASE_URL: 'http://127.0.0.1:22434', ANTHROPIC_AUTH_TOKEN: 'cld_abc' },
    });
    expect(text.endsWith('}\n')).toBe(true);
    expect(changed('claude-code', text, { key: 'cld_abc' })).toBe(text);
  });

  test('tabs, Windows line ends and the byte order mark stay', () => {
    const text = '\uFEFF{\r\n\t"a": 1\r\n}\r\n';
    const format = PROGRAM_FILES['claude-code'].format;
    const change: ConfigChange[] = [{ path: ['env', 'X'], value: '1' }];
    expect(changeText(format, text, change)).toBe('\uFEFF{\r\n\t"a": 1,\r\n\t"env": {\r\n\t\t"X": "1"\r\n\t}\r\n}\r\n');
  });

  test.each([
    ['{"env": []}', '“env” is not an object'],
    ['{"env": "x"}', '“env” is not an object'],
    ['[1]', 'not an object'],
    ['{"a": 1', 'line 1: close brace expected'],
    ['{\n"a": 1,\n"b" 2}', 'line 3: colon expected'],
  ])('%s is refused', (text, reason) => {
    expect(() => changed('claude-code', text)).toThrow(reason);
  });
});

describe('Codex’ config.toml', () => {
  test('keeps comments and tables, and gets a table of its own', () => {
    const text = `# my Codex
model = "gpt-6" # keep
approval_policy = "on-request"

[model_providers.other]
name = "o"

[mcp_servers.x]
command = "a" # c
`;
    const result = changed('codex', text, { key: 'cld_abc' });
    expect(result).toBe(`# my Codex
model = "sonnet" # keep
approval_policy = "on-request"
model_provider = "claudacity"

[model_providers.other]
name = "o"

[mcp_servers.x]
command = "a" # c

[model_providers.claudacity]
name = "Claudacity"
base_url = "http://127.0.0.1:22434/v1"
wire_api = "responses"
experimental_bearer_token = "cld_abc"
`);
    expect(changed('codex', result, { key: 'cld_abc' })).toBe(result);
    expect(changed('codex', result)).toBe(result.replace('experimental_bearer_token = "cld_abc"\n', ''));
  });

  test('a new file begins with the model', () => {
    expect(changed('codex', '')).toBe(`model = "sonnet"
model_provider = "claudacity"

[model_providers.claudacity]
name = "Claudacity"
base_url = "http://127.0.0.1:22434/v1"
wire_api = "responses"
`);
  });

  test.each(['model = ', 'model_providers = 1', 'a = 1\na = 2'])('%j is refused', (text) => {
    expect(() => changed('codex', text)).toThrow();
  });

  test('Windows line ends stay', () => {
    const result = changed('codex', 'a = 1\r\n');
    expect(result.replaceAll('\r\n', '')).not.toContain('\n');
    expect(tomlFormat.parse(result)).toMatchObject({ a: 1, model: 'sonnet' });
  });

  test('a table written in one line, and dates, stay valid', () => {
    const result = changed('codex', 'since = 2026-01-02\nmodel_providers = { other = { name = "o" } }\n');
    expect(tomlFormat.parse(result)).toMatchObject({
      model_providers: { other: { name: 'o' }, claudacity: { name: 'Claudacity' } },
    });
  });
});

describe('Continue’s config.yaml', () => {
  test('keeps comments and models, and replaces its own model', () => {
    const text = `name: Mine # n
version: 1.0.0
schema: v1

models:
  # the local one
  - name: Local
    provider: ollama
    model: qwen3
    apiBase: "http://localhost:11434"   # spaced
`;
    const result = changed('continue', text);
    expect(result.startsWith(text.replace('   # spaced', ' # spaced'))).toBe(true);
    expect(yamlFormat.parse(result).models).toHaveLength(2);
    const again = changed('continue', result, { key: 'cld_abc' });
    expect(yamlFormat.parse(again).models).toMatchObject([
      { name: 'Local' },
      { name: 'Claudacity', apiKey: 'cld_abc' },
    ]);
  });

  test('a new file is complete', () => {
    expect(yamlFormat.parse(changed('continue', ''))).toMatchObject({
      ...{ name: 'Local Config', version: '1.0.0', schema: 'v1' },
      models: [{ name: 'Claudacity', provider: 'openai', apiBase: 'http://127.0.0.1:22434/v1' }],
    });
  });

  test.each(['models: x', 'a: [1', '- 1', 'a: 1\n---\nb: 2', 'a: 1\na: 2'])('%j is refused', (text) => {
    expect(() => changed('continue', text)).toThrow();
  });
});

describe('opencode’s and aider’s files', () => {
  test('opencode keeps other providers and models', () => {
    const text = JSON.stringify({ provider: { claudacity: { models: { haiku: {} } }, x: {} }, theme: 't' }, null, 2);
    expect(jsonFormat.parse(changed('opencode', text))).toMatchObject({
      provider: {
        claudacity: { options: { baseURL: 'http://127.0.0.1:22434/v1' }, models: { haiku: {}, sonnet: {} } },
        x: {},
      },
      ...{ theme: 't', model: 'claudacity/sonnet' },
    });
  });

  test('aider’s comments, anchors, long lines and list style stay', () => {
    const long = `# ${'long '.repeat(60)}`;
    const text = `${long}\nread:\n- a.md\n- ${'b'.repeat(200)}.md\nbase: &b {x: 1}\nuses: *b\n`;
    const result = changed('aider', text);
    expect(result.startsWith(`${long}\nread:\n- a.md\n- ${'b'.repeat(200)}.md\n`)).toBe(true);
    expect(result).toContain('base: &b');
    expect(yamlFormat.parse(result)).toMatchObject({ uses: { x: 1 }, model: 'openai/sonnet' });
  });

  test('a file of comments alone keeps them', () => {
    expect(changed('aider', '# nothing yet\n')).toContain('# nothing yet');
  });
});
