/** The programs whose configuration can be written: where their files are, and what is set in them. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ConfigProgram } from '../shared/connect/configFiles';
import { type ConfigChange, type ConfigFormat, type ConfigObject, isObject } from './formats/format';
import { jsonFormat } from './formats/json';
import { tomlFormat } from './formats/toml';
import { yamlFormat } from './formats/yaml';

/** What is written. */
export interface ConfigValues {
  /** The server's address on this computer: `http://127.0.0.1:22434`. */
  readonly url: string;
  readonly model: string;
  /** null where no key is sent. */
  readonly key: string | null;
}

export interface ProgramFile {
  readonly title: string;
  readonly format: ConfigFormat;
  /** The file's path, by the program's own variables. */
  path(env: NodeJS.ProcessEnv, home: string): string;
  /** @param content what the file says now. @throws Error where the program's file has another form */
  changes(content: ConfigObject, values: ConfigValues): readonly ConfigChange[];
  /** Why the file must not be made although it does not exist; undefined where it may be. */
  refusal?(file: string): string | undefined;
}

/** Programs that would ask for a key, or for a sign-in, get this text where none is needed. */
const NO_KEY = 'unused';

export const PROGRAM_FILES: Readonly<Record<ConfigProgram, ProgramFile>> = {
  'claude-code': {
    title: 'Claude Code',
    format: jsonFormat,
    path: (env, home) => path.join(env.CLAUDE_CONFIG_DIR || path.join(home, '.claude'), 'settings.json'),
    changes: (_content, { url, key }) => [
      { path: ['env', 'ANTHROPIC_BASE_URL'], value: url },
      { path: ['env', 'ANTHROPIC_AUTH_TOKEN'], value: key ?? NO_KEY },
    ],
  },
  codex: {
    title: 'Codex',
    format: tomlFormat,
    path: (env, home) => path.join(env.CODEX_HOME || path.join(home, '.codex'), 'config.toml'),
    changes: (_content, { url, model, key }) => [
      { path: ['model'], value: model },
      { path: ['model_provider'], value: 'claudacity' },
      { path: ['model_providers', 'claudacity', 'name'], value: 'Claudacity' },
      { path: ['model_providers', 'claudacity', 'base_url'], value: `${url}/v1` },
      { path: ['model_providers', 'claudacity', 'wire_api'], value: 'responses' },
      { path: ['model_providers', 'claudacity', 'experimental_bearer_token'], value: key ?? undefined },
    ],
  },
  continue: {
    title: 'Continue',
    format: yamlFormat,
    path: (env, home) => path.join(env.CONTINUE_GLOBAL_DIR || path.join(home, '.continue'), 'config.yaml'),
    changes: continueChanges,
    refusal: (file) =>
      existsSync(path.join(path.dirname(file), 'config.json'))
        ? 'Continue uses an older config.json here, which it would ignore once there is a config.yaml. Convert it in Continue first, or add the model by hand.'
        : undefined,
  },
  opencode: {
    title: 'opencode',
    format: jsonFormat,
    path: (env, home) => {
      const folder = path.join(env.XDG_CONFIG_HOME || path.join(home, '.config'), 'opencode');
      const withComments = path.join(folder, 'opencode.jsonc');
      return existsSync(withComments) ? withComments : path.join(folder, 'opencode.json');
    },
    changes: opencodeChanges,
  },
  aider: {
    title: 'aider',
    format: yamlFormat,
    path: (_env, home) => path.join(home, '.aider.conf.yml'),
    changes: (_content, { url, model, key }) => [
      { path: ['openai-api-base'], value: `${url}/v1` },
      { path: ['openai-api-key'], value: key ?? NO_KEY },
      { path: ['model'], value: `openai/${model}` },
    ],
  },
};

const CONTINUE_NAME = 'Claudacity';

function continueChanges(content: ConfigObject, { url, model, key }: ConfigValues): readonly ConfigChange[] {
  const { models = [] } = content;
  if (!Array.isArray(models)) throw new Error('“models” is not a list');
  const found = models.findIndex((one) => isObject(one) && one.name === CONTINUE_NAME);
  const entry = {
    ...{ name: CONTINUE_NAME, provider: 'openai', model, apiBase: `${url}/v1`, apiKey: key ?? NO_KEY },
    ...{ roles: ['chat', 'edit', 'apply'], capabilities: ['tool_use', 'image_input'] },
  };
  const isNew = Object.keys(content).length === 0;
  const head: ConfigChange[] = [
    { path: ['name'], value: 'Local Config' },
    { path: ['version'], value: '1.0.0' },
    { path: ['schema'], value: 'v1' },
  ];
  return [...(isNew ? head : []), { path: ['models', found < 0 ? models.length : found], value: entry }];
}

function opencodeChanges(content: ConfigObject, { url, model, key }: ConfigValues): readonly ConfigChange[] {
  const modelEntry = { attachment: true, tool_call: true, modalities: { input: ['text', 'image'], output: ['text'] } };
  const isNew = Object.keys(content).length === 0;
  return [
    ...(isNew ? [{ path: ['$schema'], value: 'https://opencode.ai/config.json' } as const] : []),
    { path: ['provider', 'claudacity', 'npm'], value: '@ai-sdk/openai-compatible' },
    { path: ['provider', 'claudacity', 'name'], value: 'Claudacity' },
    { path: ['provider', 'claudacity', 'options', 'baseURL'], value: `${url}/v1` },
    { path: ['provider', 'claudacity', 'options', 'apiKey'], value: key ?? undefined },
    { path: ['provider', 'claudacity', 'models', model], value: modelEntry },
    { path: ['model'], value: `claudacity/${model}` },
  ];
}
