/** The `ollama` command, built from its Go module. Its server and its runner, which need C++ and are not driven, are left out. */
import { gate, hang, text, toolUse } from '../support/messagesApi';
import { goBuild } from './install';
import {
  type CaseResult,
  homeVariables,
  type Program,
  type ProgramEnv,
  REFUSED,
  received,
  refuseAll,
  runCommand,
  shows,
  wasInterrupted,
  wasServed,
  wasStreamed,
  workFolder,
  writePicture,
} from './program';
import { CTRL_C, ENTER, runInTerminal, type Terminal } from './terminal';

const VERSION = '0.17.4';

/** What of the module needs C++, with what the command calls of it. */
const LEFT_OUT = {
  server: 'package server\nimport "net"\nfunc Serve(net.Listener) error { panic("left out") }\n',
  runner: 'package runner\nfunc Execute([]string) error { panic("left out") }\n',
  'x/imagegen/server.go': null,
};

/** What the prompt shows when it waits for a message. */
const PROMPT = 'Send a message';

async function where(env: ProgramEnv) {
  const variables = { ...homeVariables(env), OLLAMA_HOST: `http://127.0.0.1:${env.proxy.port}` };
  return { cwd: await workFolder(env), env: variables };
}

async function ollama(env: ProgramEnv, ...args: readonly string[]) {
  return runCommand(env.installed, args, await where(env));
}

async function runInteractive(env: ProgramEnv, options: readonly string[], use: (user: Terminal) => Promise<void>) {
  return runInTerminal(env.installed, ['run', ...options, 'sonnet'], await where(env), async (terminal) => {
    await terminal.waitFor(PROMPT);
    await use(terminal);
    await terminal.waitFor(PROMPT);
    terminal.type(`/bye${ENTER}`);
  });
}

export const program: Program = {
  name: 'ollama',
  version: VERSION,
  install: (cache) => goBuild(cache, 'github.com/ollama/ollama', VERSION, LEFT_OUT),
  cases: {
    chat: async (env) => {
      env.app.api.answer(text('Good ', 'day.'));
      const run = await ollama(env, 'run', 'sonnet', 'Hello?');
      return [...shows(run, 'Good day.'), ...wasServed(env, 'new'), ...(await otherCommands(env))];
    },
    stream: async (env) => {
      const rest = gate();
      env.app.api.answer(text('Good '), rest, text('day.'));
      const run = await runInteractive(env, [], async (user) => {
        user.type(`Hello?${ENTER}`);
        await user.waitFor('Good');
        rest.open();
        await user.waitFor('day.');
      });
      return [...shows(run, 'day.'), ...wasStreamed(env)];
    },
    followUp: async (env) => {
      env.app.api.answer(text('An apple.'));
      env.app.api.answer(text('Green.'));
      const run = await runInteractive(env, [], async (user) => {
        user.type(`A fruit?${ENTER}`);
        await user.waitFor('An apple.');
        await user.waitFor(PROMPT);
        user.type(`Its colour?${ENTER}`);
        await user.waitFor('Green.');
      });
      return [...shows(run, 'Green.'), ...received(env, 'An apple.'), ...wasServed(env, 'new', 'live')];
    },
    tools: async (env) => {
      env.app.api.answer(text('Let me see.'), toolUse('bash', { command: 'echo "sum: $((40 + 2))"' }));
      env.app.api.answer(text('Forty-two.'));
      const run = await runInteractive(env, ['--experimental', '--experimental-yolo'], async (user) => {
        user.type(`What is the sum?${ENTER}`);
        await user.waitFor('Forty-two.');
      });
      return [...shows(run, 'Forty-two.'), ...received(env, 'sum: 42'), ...wasServed(env, 'new', 'live')];
    },
    image: async (env) => {
      env.app.api.answer(text('A dot.'));
      const run = await ollama(env, 'run', 'sonnet', `What is in ${await writePicture(env)}`);
      return [...shows(run, 'A dot.'), ...received(env, '"media_type":"image/')];
    },
    stop: async (env) => {
      env.app.api.answer(text('Once'), hang());
      let faults: CaseResult = [];
      await runInteractive(env, [], async (user) => {
        user.type(`A long story?${ENTER}`);
        await user.waitFor('Once');
        user.type(CTRL_C);
        faults = await wasInterrupted(env);
      });
      return faults;
    },
    error: async (env) => {
      refuseAll(env);
      return shows(await ollama(env, 'run', 'sonnet', 'Refuse me.'), REFUSED);
    },
  },
};

/** Faults of the commands about models: what each shows, and its exit code. The model has been used before. */
async function otherCommands(env: ProgramEnv): Promise<CaseResult> {
  const faults: string[] = [];
  const check = async (code: number, expected: string, ...args: readonly string[]) => {
    const run = await ollama(env, ...args);
    if (run.code !== code) faults.push(`“ollama ${args.join(' ')}” ends with ${run.code}`);
    faults.push(...shows(run, expected));
  };
  await check(0, 'context length', 'show', 'sonnet');
  await check(0, 'FROM sonnet', 'show', '--modelfile', 'sonnet');
  await check(1, 'not found', 'show', 'nothing');
  await check(0, 'success', 'pull', 'sonnet');
  await check(0, 'sonnet', 'list');
  await check(0, 'sonnet', 'ps');
  await check(0, '', 'stop', 'sonnet');
  const left = await ollama(env, 'ps');
  if (left.output.includes('sonnet')) faults.push(`“ollama stop” leaves ${left.output}`);
  await check(1, 'cannot be deleted', 'rm', 'sonnet');
  await check(1, 'cannot be', 'cp', 'sonnet', 'mine');
  return faults;
}
