/** Continue's CLI (`cn`), with a model of the provider `ollama` in its `config.yaml`. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text, toolUse } from '../support/messagesApi';
import { npmInstall } from './install';
import {
  homeVariables,
  type Program,
  type ProgramEnv,
  REFUSED,
  received,
  refuseAll,
  runCommand,
  shows,
  stopInAnswer,
  wasServed,
  wasStreamed,
  workFolder,
} from './program';

const VERSION = '1.5.47';

async function cn(env: ProgramEnv, args: readonly string[], until?: Promise<unknown>) {
  const cwd = await workFolder(env);
  const file = path.join(env.home, 'config.yaml');
  const model = {
    ...{ name: 'Claudacity', provider: 'ollama', model: 'sonnet', apiBase: `http://127.0.0.1:${env.proxy.port}` },
    ...{ roles: ['chat'], capabilities: ['tool_use', 'image_input'] },
  };
  await mkdir(cwd, { recursive: true });
  // YAML includes JSON.
  await writeFile(file, JSON.stringify({ name: 'Test', version: '1.0.0', schema: 'v1', models: [model] }));
  const variables = {
    ...homeVariables(env),
    ...{ CONTINUE_GLOBAL_DIR: path.join(env.home, 'continue'), CONTINUE_CLI_ENABLE_TELEMETRY: '0' },
  };
  const all = [env.installed, '--config', file, '--auto', '-p', ...args];
  return runCommand(process.execPath, all, { cwd, env: variables, until });
}

export const program: Program = {
  name: 'Continue',
  version: VERSION,
  install: (cache) => npmInstall(cache, '@continuedev/cli', VERSION, '@continuedev/cli/dist/cn.js'),
  cases: {
    chat: async (env) => {
      env.app.api.answer(text('Good ', 'day.'));
      return [...shows(await cn(env, ['Hello?']), 'Good day.'), ...wasServed(env, 'new')];
    },
    stream: async (env) => {
      env.app.api.answer(text('Good ', 'day.'));
      return [...shows(await cn(env, ['Hello?']), 'Good day.'), ...wasStreamed(env)];
    },
    followUp: async (env) => {
      env.app.api.answer(text('An apple.'));
      env.app.api.answer(text('Green.'));
      await cn(env, ['A fruit?']);
      const run = await cn(env, ['--resume', 'Its colour?']);
      return [...shows(run, 'Green.'), ...received(env, 'An apple.'), ...wasServed(env, 'new', 'live')];
    },
    tools: async (env) => {
      env.app.api.answer(text('Let me see.'), toolUse('Bash', { command: 'echo "sum: $((40 + 2))"' }));
      env.app.api.answer(text('Forty-two.'));
      const run = await cn(env, ['What is the sum?']);
      return [...shows(run, 'Forty-two.'), ...received(env, 'sum: 42'), ...wasServed(env, 'new', 'live')];
    },
    image: { unsupported: 'takes images from the clipboard alone' },
    stop: (env) => stopInAnswer(env, (until) => cn(env, ['A long story?'], until)),
    error: async (env) => {
      refuseAll(env);
      return shows(await cn(env, ['Refuse me.']), REFUSED);
    },
  },
};
