/** The coding agent `pi`, with a provider of the OpenAI dialect in `models.json`. */
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
  writePicture,
} from './program';

const VERSION = '0.73.1';
const PACKAGE = '@mariozechner/pi-coding-agent';

async function pi(env: ProgramEnv, args: readonly string[], until?: Promise<unknown>) {
  const config = path.join(env.home, 'pi');
  await mkdir(config, { recursive: true });
  const provider = {
    ...{ baseUrl: `http://127.0.0.1:${env.proxy.port}/v1`, api: 'openai-completions', apiKey: 'any' },
    models: [{ id: 'sonnet', input: ['text', 'image'] }],
  };
  await writeFile(path.join(config, 'models.json'), JSON.stringify({ providers: { claudacity: provider } }));
  const options = ['--print', '--provider', 'claudacity', '--model', 'sonnet'];
  return runCommand(process.execPath, [env.installed, ...options, ...args], {
    cwd: await workFolder(env),
    env: { ...homeVariables(env), PI_CODING_AGENT_DIR: config, PI_OFFLINE: '1', PI_TELEMETRY: '0' },
    until,
  });
}

export const program: Program = {
  name: 'pi',
  version: VERSION,
  install: (cache) => npmInstall(cache, PACKAGE, VERSION, `${PACKAGE}/dist/cli.js`),
  cases: {
    chat: async (env) => {
      env.app.api.answer(text('Good ', 'day.'));
      return [...shows(await pi(env, ['Hello?']), 'Good day.'), ...wasServed(env, 'new')];
    },
    stream: async (env) => {
      env.app.api.answer(text('Good ', 'day.'));
      const run = await pi(env, ['--mode', 'json', 'Hello?']);
      return [...shows(run, '"delta":"Good "'), ...shows(run, '"delta":"day."'), ...wasStreamed(env)];
    },
    followUp: async (env) => {
      env.app.api.answer(text('An apple.'));
      env.app.api.answer(text('Green.'));
      await pi(env, ['A fruit?']);
      const run = await pi(env, ['--continue', 'Its colour?']);
      return [...shows(run, 'Green.'), ...received(env, 'An apple.'), ...wasServed(env, 'new', 'live')];
    },
    tools: async (env) => {
      env.app.api.answer(text('Let me see.'), toolUse('bash', { command: 'echo "sum: $((40 + 2))"' }));
      env.app.api.answer(text('Forty-two.'));
      const run = await pi(env, ['What is the sum?']);
      return [...shows(run, 'Forty-two.'), ...received(env, 'sum: 42'), ...wasServed(env, 'new', 'live')];
    },
    image: async (env) => {
      env.app.api.answer(text('A dot.'));
      const run = await pi(env, [`@${await writePicture(env)}`, 'What is in the picture?']);
      return [...shows(run, 'A dot.'), ...received(env, '"media_type":"image/')];
    },
    stop: (env) => stopInAnswer(env, (until) => pi(env, ['A long story?'], until)),
    error: async (env) => {
      refuseAll(env);
      return shows(await pi(env, ['Refuse me.']), REFUSED);
    },
  },
};
