/** Simon Willison's `llm`, with a model of the OpenAI dialect in `extra-openai-models.yaml`. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text, toolUse } from '../support/messagesApi';
import { chatCase, errorCase, followUpCase, imageCase, streamCase } from './cases';
import { pipInstall } from './install';
import {
  homeVariables,
  type Program,
  type ProgramEnv,
  received,
  runCommand,
  shows,
  stopInAnswer,
  wasServed,
  workFolder,
} from './program';

const VERSION = '0.36';

const FUNCTION = 'def count(article: str) -> str:\n  return str(4700 + 11) + " " + article';

async function llm(env: ProgramEnv, args: readonly string[], until?: Promise<unknown>) {
  const cwd = await workFolder(env);
  const models = [
    {
      ...{ model_id: 'sonnet', model_name: 'sonnet', api_base: `http://127.0.0.1:${env.proxy.port}/v1` },
      ...{ supports_tools: true, vision: true },
    },
  ];
  // YAML includes JSON.
  await writeFile(path.join(env.home, 'extra-openai-models.yaml'), JSON.stringify(models));
  const variables = { ...homeVariables(env), LLM_USER_PATH: env.home, OPENAI_API_KEY: 'any' };
  return runCommand(env.installed, ['-m', 'sonnet', ...args], { cwd, env: variables, until });
}

export const program: Program = {
  name: 'llm',
  version: VERSION,
  install: (cache) => pipInstall(cache, 'llm', VERSION, 'llm'),
  cases: {
    chat: chatCase((env) => llm(env, ['--no-stream', 'Hello?'])),
    stream: streamCase((env) => llm(env, ['Hello?'])),
    followUp: followUpCase(async (env) => {
      await llm(env, ['A fruit?']);
      return llm(env, ['--continue', 'Its colour?']);
    }),
    tools: async (env) => {
      env.app.api.answer(toolUse('count', { article: 'apples' }));
      env.app.api.answer(text('Enough.'));
      const run = await llm(env, ['--functions', FUNCTION, 'How many apples?']);
      return [...shows(run, 'Enough.'), ...received(env, '4711 apples'), ...wasServed(env, 'new', 'live')];
    },
    image: imageCase((env, picture) => llm(env, ['What is in the picture?', '--attachment', picture])),
    stop: (env) => stopInAnswer(env, (until) => llm(env, ['A long story?'], until)),
    error: errorCase((env) => llm(env, ['Refuse me.'])),
  },
};
