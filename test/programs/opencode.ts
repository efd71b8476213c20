/** opencode, with a provider of the OpenAI dialect in `opencode.json`. It asks for a title of each chat besides. */
import { writeFile } from 'node:fs/promises';
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
  writePicture,
} from './program';

const VERSION = '1.18.33';

async function opencode(env: ProgramEnv, args: readonly string[], until?: Promise<unknown>) {
  const cwd = await workFolder(env);
  const provider = {
    npm: '@ai-sdk/openai-compatible',
    options: { baseURL: `http://127.0.0.1:${env.proxy.port}/v1` },
    models: {
      sonnet: { attachment: true, tool_call: true, modalities: { input: ['text', 'image'], output: ['text'] } },
    },
  };
  const config = {
    provider: { claudacity: provider },
    model: 'claudacity/sonnet',
    autoupdate: false,
    share: 'disabled',
  };
  await writeFile(path.join(cwd, 'opencode.json'), JSON.stringify(config));
  return runCommand(env.installed, ['run', ...args], {
    cwd,
    env: { ...homeVariables(env), OPENCODE_DISABLE_MODELS_FETCH: '1', OPENCODE_DISABLE_LSP_DOWNLOAD: '1' },
    until,
  });
}

export const program: Program = {
  name: 'opencode',
  version: VERSION,
  install: (cache) => npmInstall(cache, 'opencode-ai', VERSION, 'opencode-ai/bin/opencode.exe'),
  cases: {
    chat: async (env) => {
      env.app.api.answer(text('Good ', 'day.'));
      return [...shows(await opencode(env, ['--title', 'T', 'Hello?']), 'Good day.'), ...wasServed(env, 'new')];
    },
    stream: async (env) => {
      env.app.api.answer(text('Good ', 'day.'));
      const run = await opencode(env, ['--title', 'T', '--format', 'json', 'Hello?']);
      return [...shows(run, 'Good day.'), ...wasStreamed(env)];
    },
    followUp: async (env) => {
      env.app.api.answer(text('An apple.'));
      env.app.api.answer(text('Green.'));
      await opencode(env, ['--title', 'T', 'A fruit?']);
      const run = await opencode(env, ['--continue', 'Its colour?']);
      return [...shows(run, 'Green.'), ...received(env, 'An apple.'), ...wasServed(env, 'new', 'live')];
    },
    tools: async (env) => {
      const call = { command: 'echo "sum: $((40 + 2))"', description: 'Computes a sum' };
      env.app.api.answer(text('Let me see.'), toolUse('bash', call));
      env.app.api.answer(text('Forty-two.'));
      const run = await opencode(env, ['--title', 'T', 'What is the sum?']);
      return [...shows(run, 'Forty-two.'), ...received(env, 'sum: 42'), ...wasServed(env, 'new', 'live')];
    },
    image: async (env) => {
      env.app.api.answer(text('A dot.'));
      const run = await opencode(env, ['--title', 'T', 'What is in the picture?', '--file', await writePicture(env)]);
      return [...shows(run, 'A dot.'), ...received(env, '"media_type":"image/')];
    },
    stop: (env) => stopInAnswer(env, (until) => opencode(env, ['--title', 'T', 'A long story?'], until)),
    error: async (env) => {
      refuseAll(env);
      return shows(await opencode(env, ['--title', 'T', 'Refuse me.']), REFUSED);
    },
  },
};
