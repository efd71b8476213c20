/** Cline's command, set up with `cline auth` for an address of the OpenAI dialect. */
import { z } from 'zod';

import { COMMAND, chatCase, commandCase, errorCase, followUpCase, imageCase, streamCase } from './cases';
import { npmInstall } from './install';
import { homeVariables, type Program, type ProgramEnv, runCommand, stopInAnswer, workFolder } from './program';
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
    chat: chatCase((env) => cline(env, ['Hello, Cline?'])),
    stream: streamCase((env) => cline(env, ['Hello, Cline?'])),
    followUp: followUpCase(async (env) => {
      await cline(env, ['A fruit, please?']);
      const history = await cline(env, ['history', '--json']);
      const [{ sessionId }] = sessions.parse(JSON.parse(history.output));
      return runInTerminal(env.installed, ['--id', sessionId], await where(env), async (user) => {
        await user.waitFor('apple');
        user.type('Its colour, please?');
        await user.waitFor('please?');
        // While the window is still being drawn, it drops the key; later, an empty message is not sent.
        const presses = setInterval(() => user.type(ENTER), 1_000);
        await user.waitFor('Green').finally(() => clearInterval(presses));
        user.type(CTRL_C);
        user.type(CTRL_C);
      });
    }, 'Green'),
    tools: commandCase('run_commands', { commands: [COMMAND] }, (env) => cline(env, ['What is the sum?'])),
    image: imageCase((env, picture) => cline(env, [`What is in @${picture}`])),
    stop: (env) => stopInAnswer(env, (until) => cline(env, ['A long story?'], until)),
    error: errorCase((env) => cline(env, ['Refuse me.'])),
  },
};
