/** Codex in both ways of configuring it: with a provider of its own, and with `--oss`. It has no account. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { text, toolUse } from '../support/messagesApi';
import { chatCase, errorCase, followUpCase, imageCase, streamCase } from './cases';
import { npmInstall } from './install';
import {
  type CaseResult,
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

const VERSION = '0.169.0';

/** @param port the app's port on loopback. @returns options of `codex exec` */
type Provider = (port: number) => readonly string[];

export const codex = codexProgram('Codex', (port) => {
  const address = `base_url="http://127.0.0.1:${port}/v1",env_key="CLAUDACITY_KEY",wire_api="responses"`;
  const provider = `model_providers.claudacity={name="Claudacity",${address}}`;
  return ['-m', 'sonnet', '-c', 'model_provider=claudacity', '-c', provider];
});

export const codexOss = codexProgram('Codex --oss', () => [
  '--oss',
  '--local-provider',
  'ollama',
  '-m',
  'sonnet:latest',
]);

function codexProgram(name: string, provider: Provider): Program {
  const exec = async (env: ProgramEnv, args: readonly string[], until?: Promise<unknown>) => {
    const home = path.join(env.home, 'codex');
    await mkdir(home, { recursive: true });
    const { port } = env.proxy;
    // Without Codex's sandbox, which not every system supports; the only command that runs is the one below.
    const options = ['exec', '--skip-git-repo-check', '--sandbox', 'danger-full-access', ...provider(port)];
    const variables = { CODEX_HOME: home, CODEX_OSS_PORT: String(port), CLAUDACITY_KEY: 'any' };
    return runCommand(process.execPath, [env.installed, ...options, ...args], {
      cwd: await workFolder(env),
      env: { ...homeVariables(env), ...variables },
      until,
    });
  };
  return {
    name,
    version: VERSION,
    install: (cache) => npmInstall(cache, '@openai/codex', VERSION, '@openai/codex/bin/codex.js'),
    cases: {
      chat: chatCase((env) => exec(env, ['Hello?'])),
      stream: streamCase((env) => exec(env, ['--json', 'Hello?']), '"text":"Good day."'),
      followUp: followUpCase(async (env) => {
        await exec(env, ['A fruit?']);
        return exec(env, ['resume', '--last', 'Its colour?']);
      }),
      tools: async (env) => {
        env.app.api.answer(toolUse('exec_command', { cmd: 'echo "sum: $((40 + 2))"' }));
        env.app.api.answer(text('Forty-two.'));
        const faults = [...shows(await exec(env, ['What is the sum?']), 'Forty-two.'), ...received(env, 'sum: 42')];
        return [...faults, ...wasServed(env, 'new', 'live'), ...toolNames(env)];
      },
      image: imageCase((env, picture) => exec(env, ['What is in the picture?', '--image', picture])),
      stop: (env) => stopInAnswer(env, (until) => exec(env, ['A long story?'], until)),
      error: errorCase((env) => exec(env, ['Refuse me.'])),
    },
  };
}

const tool = z.looseObject({ type: z.string(), name: z.string().optional() });
const namespace = z.object({ type: z.literal('namespace'), tools: z.array(tool) });
const question = z.object({ tools: z.array(z.looseObject(tool.shape)) });

/** Checks that the model's tools are exactly the functions that Codex sent, under the same names. */
function toolNames({ app: { api }, proxy: { exchanges } }: ProgramEnv): CaseResult {
  const request = exchanges.find(({ path }) => path === '/v1/responses');
  const tools = request ? question.parse(JSON.parse(request.body)).tools : [];
  const sent = tools.flatMap((one) => namespace.safeParse(one).data?.tools ?? [one]);
  const names = sent.flatMap(({ type, name }) => (type === 'function' && name !== undefined ? [name] : [])).sort();
  const seen = (api.requests[0]?.body.tools ?? []).map(({ name }) => name).sort();
  return names.length > 0 && names.join() === seen.join()
    ? []
    : [`its tools are ${names.join()}, the model's ${seen.join()}`];
}
