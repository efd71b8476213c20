/** Codex with a provider of its own, in a scratch home and without an account. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { installCodex, VERSION } from '../codex/installCodex';
import { gate, hang, httpError, text, toolUse } from '../support/messagesApi';
import { type Program, type ProgramEnv, received, runCommand, shows, wasInterrupted, wasServed } from './program';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** @param args behind `codex exec` and its options. */
async function exec(env: ProgramEnv, args: readonly string[], until?: Promise<unknown>) {
  const cwd = path.join(env.home, 'work');
  const codexHome = path.join(env.home, 'codex');
  await Promise.all([mkdir(cwd, { recursive: true }), mkdir(codexHome, { recursive: true })]);
  const provider = `{name="Claudacity",base_url="http://127.0.0.1:${env.proxy.port}/v1",env_key="CLAUDACITY_KEY",wire_api="responses"}`;
  const config = ['-c', 'model_provider=claudacity', '-c', `model_providers.claudacity=${provider}`, '-m', 'sonnet'];
  // Without Codex's sandbox, which not every system supports; the only command that runs is the one below.
  const options = ['exec', '--skip-git-repo-check', '--sandbox', 'danger-full-access', ...config];
  const { PATH } = process.env;
  const variables = { PATH, HOME: env.home, USERPROFILE: env.home, CODEX_HOME: codexHome, CLAUDACITY_KEY: 'any' };
  const command = [env.installed, ...options, ...args];
  return runCommand(process.execPath, command, { cwd, env: variables, ...(until && { until }) });
}

export const program: Program = {
  name: 'Codex',
  version: VERSION,
  install: () => installCodex(),
  cases: {
    chat: async (env) => {
      env.app.api.answer(text('Good ', 'day.'));
      return [...shows(await exec(env, ['Hello?']), 'Good day.'), ...wasServed(env, 'new')];
    },
    stream: async (env) => {
      env.app.api.answer(text('Good ', 'day.'));
      const run = await exec(env, ['--json', 'Hello?']);
      const asked = env.proxy.exchanges.find(({ path }) => path === '/v1/responses');
      const isStream = asked?.headers['content-type']?.startsWith('text/event-stream');
      return [...shows(run, '"text":"Good day."'), ...(isStream ? [] : ['its answer was no stream'])];
    },
    followUp: async (env) => {
      env.app.api.answer(text('An apple.'));
      env.app.api.answer(text('Green.'));
      await exec(env, ['A fruit?']);
      const run = await exec(env, ['resume', '--last', 'Its colour?']);
      return [...shows(run, 'Green.'), ...received(env, 'An apple.'), ...wasServed(env, 'new', 'live')];
    },
    tools: async (env) => {
      env.app.api.answer(toolUse('exec_command', { cmd: 'echo "sum: $((40 + 2))"' }));
      env.app.api.answer(text('Forty-two.'));
      const run = await exec(env, ['What is the sum?']);
      return [...shows(run, 'Forty-two.'), ...received(env, 'sum: 42'), ...wasServed(env, 'new', 'live')];
    },
    image: async (env) => {
      const file = path.join(env.home, 'picture.png');
      await writeFile(file, Buffer.from(PNG, 'base64'));
      env.app.api.answer(text('A dot.'));
      const run = await exec(env, ['What is in the picture?', '--image', file]);
      return [...shows(run, 'A dot.'), ...received(env, '"media_type":"image/')];
    },
    stop: async (env) => {
      const begun = gate();
      env.app.api.answer(text('Once'), begun, hang());
      const asked = exec(env, ['A long story?'], begun.reached);
      void begun.reached.then(() => begun.open());
      await asked;
      return wasInterrupted(env);
    },
    error: async (env) => {
      env.app.api.setDefaultAnswer(httpError(400, 'invalid_request_error', 'this question is refused'));
      return shows(await exec(env, ['Refuse me.']), 'this question is refused');
    },
  },
};
