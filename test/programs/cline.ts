/** Cline's command, set up with `cline auth` for an address of the OpenAI dialect. */
import { z } from 'zod';
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
import { CTRL_C, ENTER, runInTerminal } from './terminal';

const sessions = z.tuple([z.looseObject({ sessionId: z.string() })]).rest(z.unknown());

const VERSION = '3.0.65';

/** Signs in as its user does. */
async function where(env: ProgramEnv) {
  const options = { cwd: await workFolder(env), env: { ...homeVariables(env), CLINE_TELEMETRY_DISABLED: '1' } };
  const address = `http://127.0.0.1:${env.proxy.port}/v1`;
  const auth = ['auth', '-p', 'openai-compatible', '-k', 'any', '-m', 'sonnet', '-b', address];
  await runCommand(env.installed, auth, options);
  return options;
}

async function cline(env: ProgramEnv, args: readonly string[], until?: Promise<unknown>) {
  return runCommand(env.installed, args, { ...(await where(env)), until });
}

export const program: Program = {
  name: 'Cline',
  version: VERSION,
  install: (cache) => npmInstall(cache, 'cline', VERSION, 'cline/bin/cline'),
  cases: {
    chat: async (env) => {
      env.app.api.answer(text('Good ', 'day.'));
      return [...shows(await cline(env, ['Hello, Cline?']), 'Good day.'), ...wasServed(env, 'new')];
    },
    stream: async (env) => {
      env.app.api.answer(text('Good ', 'day.'));
      return [...shows(await cline(env, ['Hello, Cline?']), 'Good day.'), ...wasStreamed(env)];
    },
    followUp: async (env) => {
      env.app.api.answer(text('An apple.'));
      env.app.api.answer(text('Green.'));
      await cline(env, ['A fruit, please?']);
      const history = await cline(env, ['history', '--json']);
      const [{ sessionId }] = sessions.parse(JSON.parse(history.output));
      const run = await runInTerminal(env.installed, ['--id', sessionId], await where(env), async (user) => {
        await user.waitFor('apple');
        user.type('Its colour, please?');
        await user.waitFor('please?');
        // While the window is still being drawn, it drops the key; later, an empty message is not sent.
        const presses = setInterval(() => user.type(ENTER), 1_000);
        await user.waitFor('Green').finally(() => clearInterval(presses));
        user.type(CTRL_C);
        user.type(CTRL_C);
      });
      return [...shows(run, 'Green'), ...received(env, 'An apple.'), ...wasServed(env, 'new', 'live')];
    },
    tools: async (env) => {
      env.app.api.answer(text('Let me see.'), toolUse('run_commands', { commands: ['echo "sum: $((40 + 2))"'] }));
      env.app.api.answer(text('Forty-two.'));
      const run = await cline(env, ['What is the sum?']);
      return [...shows(run, 'Forty-two.'), ...received(env, 'sum: 42'), ...wasServed(env, 'new', 'live')];
    },
    image: async (env) => {
      env.app.api.answer(text('A dot.'));
      const run = await cline(env, [`What is in @${await writePicture(env)}`]);
      return [...shows(run, 'A dot.'), ...received(env, '"media_type":"image/')];
    },
    stop: (env) => stopInAnswer(env, (until) => cline(env, ['A long story?'], until)),
    error: async (env) => {
      refuseAll(env);
      return shows(await cline(env, ['Refuse me.']), REFUSED);
    },
  },
};
