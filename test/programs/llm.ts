/** Simon Willison's `llm`, with a model of the OpenAI dialect in `extra-openai-models.yaml`. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text, toolUse } from '../support/messagesApi';
import { pipInstall } from './install';
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
    chat: async (env) => {
      env.app.api.answer(text('Good ', 'day.'));
      return [...shows(await llm(env, ['--no-stream', 'Hello?']), 'Good day.'), ...wasServed(env, 'new')];
    },
    stream: async (env) => {
      env.app.api.answer(text('Good ', 'day.'));
      return [...shows(await llm(env, ['Hello?']), 'Good day.'), ...wasStreamed(env)];
    },
    followUp: async (env) => {
      env.app.api.answer(text('An apple.'));
      env.app.api.answer(text('Green.'));
      await llm(env, ['A fruit?']);
      const run = await llm(env, ['--continue', 'Its colour?']);
      return [...shows(run, 'Green.'), ...received(env, 'An apple.'), ...wasServed(env, 'new', 'live')];
    },
    tools: async (env) => {
      env.app.api.answer(toolUse('count', { article: 'apples' }));
      env.app.api.answer(text('Enough.'));
      const run = await llm(env, ['--functions', FUNCTION, 'How many apples?']);
      return [...shows(run, 'Enough.'), ...received(env, '4711 apples'), ...wasServed(env, 'new', 'live')];
    },
    image: async (env) => {
      env.app.api.answer(text('A dot.'));
      const run = await llm(env, ['What is in the picture?', '--attachment', await writePicture(env)]);
      return [...shows(run, 'A dot.'), ...received(env, '"media_type":"image/')];
    },
    stop: (env) => stopInAnswer(env, (until) => llm(env, ['A long story?'], until)),
    error: async (env) => {
      refuseAll(env);
      return shows(await llm(env, ['Refuse me.']), REFUSED);
    },
  },
};
