/** Continue's CLI (`cn`), with a model of the provider `ollama` in its `config.yaml`. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { COMMAND, chatCase, commandCase, errorCase, followUpCase, streamCase } from './cases';
import { npmInstall } from './install';
import { homeVariables, type Program, type ProgramEnv, runCommand, stopInAnswer, workFolder } from './program';

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
    chat: chatCase((env) => cn(env, ['Hello?'])),
    stream: streamCase((env) => cn(env, ['Hello?'])),
    followUp: followUpCase(async (env) => {
      await cn(env, ['A fruit?']);
      return cn(env, ['--resume', 'Its colour?']);
    }),
    tools: commandCase('Bash', { command: COMMAND }, (env) => cn(env, ['What is the sum?'])),
    image: { unsupported: 'takes images from the clipboard alone' },
    stop: (env) => stopInAnswer(env, (until) => cn(env, ['A long story?'], until)),
    error: errorCase((env) => cn(env, ['Refuse me.'])),
  },
};
