/** opencode, with a provider of the OpenAI dialect in `opencode.json`. It asks for a title of each chat besides. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { COMMAND, chatCase, commandCase, errorCase, followUpCase, imageCase, streamCase } from './cases';
import { npmInstall } from './install';
import { homeVariables, type Program, type ProgramEnv, runCommand, stopInAnswer, workFolder } from './program';

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
    chat: chatCase((env) => opencode(env, ['--title', 'T', 'Hello?'])),
    stream: streamCase((env) => opencode(env, ['--title', 'T', '--format', 'json', 'Hello?'])),
    followUp: followUpCase(async (env) => {
      await opencode(env, ['--title', 'T', 'A fruit?']);
      return opencode(env, ['--continue', 'Its colour?']);
    }),
    tools: commandCase('bash', { command: COMMAND, description: 'Computes a sum' }, (env) =>
      opencode(env, ['--title', 'T', 'What is the sum?']),
    ),
    image: imageCase((env, picture) => opencode(env, ['--title', 'T', 'What is in the picture?', '--file', picture])),
    stop: (env) => stopInAnswer(env, (until) => opencode(env, ['--title', 'T', 'A long story?'], until)),
    error: errorCase((env) => opencode(env, ['--title', 'T', 'Refuse me.'])),
  },
};
