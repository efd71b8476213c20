/** The coding agent `pi`, with a provider of the OpenAI dialect in `models.json`. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { COMMAND, chatCase, commandCase, errorCase, followUpCase, imageCase, streamCase } from './cases';
import { npmInstall } from './install';
import { homeVariables, type Program, type ProgramEnv, runCommand, stopInAnswer, workFolder } from './program';

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
    chat: chatCase((env) => pi(env, ['Hello?'])),
    stream: streamCase((env) => pi(env, ['--mode', 'json', 'Hello?']), '"delta":"Good "', '"delta":"day."'),
    followUp: followUpCase(async (env) => {
      await pi(env, ['A fruit?']);
      return pi(env, ['--continue', 'Its colour?']);
    }),
    tools: commandCase('bash', { command: COMMAND }, (env) => pi(env, ['What is the sum?'])),
    image: imageCase((env, picture) => pi(env, [`@${picture}`, 'What is in the picture?'])),
    stop: (env) => stopInAnswer(env, (until) => pi(env, ['A long story?'], until)),
    error: errorCase((env) => pi(env, ['Refuse me.'])),
  },
};
