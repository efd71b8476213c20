/** Runs `codex exec` against the app with a model that calls a command, and checks the requests, the process and the output. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { captureOutput } from '../../build/setup/command.mjs';
import { removeFolder, scratchFolder } from '../support/cli';
import { type HistoryMessage, text, thinking, toolUse } from '../support/messagesApi';
import type { TestApp } from '../support/testApp';
import { type RecordingProxy, startRecordingProxy } from './recordingProxy';

/** How Codex is configured to use the app. */
export interface Mode {
  readonly name: string;
  /** @param port the server's port on loopback */
  args(port: number): readonly string[];
}

/** Codex would not end by itself while the model calls tools. */
const TIMEOUT_MS = 90_000;

/** The output does not occur in the command, so only a run of the command can produce it. */
const COMMAND = 'echo "sum: $((40 + 2))"';
const WRITTEN = 'sum: 42';
const ANSWER = 'The sum is forty-two.';

/** @returns the failures, a sentence each; empty if there are none */
export async function codexRun(app: TestApp, script: string, { args }: Mode): Promise<string[]> {
  const home = await scratchFolder();
  const proxy = await startRecordingProxy(app.port);
  const pids: (number | null)[] = [];
  app.api.reset();
  app.api.chooseAnswer(() => {
    pids.push(app.core.snapshot().conversations.find(({ phase }) => phase === 'answering')?.pid ?? null);
    return undefined;
  });
  app.api.answer(thinking('A command.'), text('Let me see.'), toolUse('exec_command', { cmd: COMMAND }));
  app.api.answer(text(ANSWER));
  try {
    const { code, output } = await run(script, args(proxy.port), home, proxy.port);
    return [
      ...(code === 0 ? [] : [`it ended with ${code}:\n${output}`]),
      ...(output.includes(ANSWER) ? [] : [`it did not say the answer:\n${output}`]),
      ...resultFaults(app),
      ...processFaults(proxy, pids),
      ...nameFaults(app, proxy),
    ];
  } finally {
    await proxy.close();
    await removeFolder(home);
  }
}

/** Uses an empty home folder, without any account. */
async function run(script: string, args: readonly string[], home: string, port: number) {
  const codexHome = path.join(home, 'codex');
  const folder = path.join(home, 'work');
  await Promise.all([mkdir(codexHome), mkdir(folder)]);
  // Without Codex's sandbox, which not every system supports; the only command that runs is the one above.
  const how = ['exec', '--skip-git-repo-check', '--sandbox', 'danger-full-access', ...args];
  return captureOutput(process.execPath, [script, ...how, 'What is the sum?'], {
    cwd: folder,
    timeoutMs: TIMEOUT_MS,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      USERPROFILE: home,
      CODEX_HOME: codexHome,
      CODEX_OSS_PORT: String(port),
      CLAUDACITY_KEY: 'any',
    },
  });
}

function resultFaults({ api }: TestApp): string[] {
  if (api.requests.length !== 2) return [`the model received ${api.requests.length} requests, not 2`];
  const [call] = blocks(api.requests[1]?.history, 'tool_use');
  const [result] = blocks(api.requests[1]?.history, 'tool_result');
  if (call === undefined || result === undefined) return ['the model did not get its call back with a result'];
  if (result.tool_use_id !== call.id) return ['the result is not put to the call'];
  return JSON.stringify(result.content).includes(WRITTEN) ? [] : [`the result is ${JSON.stringify(result.content)}`];
}

function blocks(history: readonly HistoryMessage[] | undefined, type: string) {
  return (history ?? []).flatMap(({ content }) => content.filter((block) => block.type === type));
}

function processFaults({ exchanges }: RecordingProxy, [first, second]: readonly (number | null)[]): string[] {
  const served = exchanges
    .filter(({ path }) => path === '/v1/responses')
    .map(({ headers }) => headers['x-claudacity-path']);
  const ways = served.join(' ') === 'new live' ? [] : [`it was served by: ${served.join(' ')}`];
  return first && first === second ? ways : [...ways, `the process was ${first}, then ${second}`];
}

const tool = z.looseObject({ type: z.string(), name: z.string().optional() });
const namespace = z.object({ type: z.literal('namespace'), tools: z.array(tool) });
const question = z.object({ tools: z.array(z.looseObject(tool.shape)) });

/** Checks that the model's tools are exactly the functions that Codex sent, under the same names. */
function nameFaults({ api }: TestApp, { exchanges }: RecordingProxy): string[] {
  const request = exchanges.find(({ path }) => path === '/v1/responses');
  const tools = request ? question.parse(JSON.parse(request.body)).tools : [];
  const sent = tools.flatMap((one) => namespace.safeParse(one).data?.tools ?? [one]);
  const names = sent.flatMap(({ type, name }) => (type === 'function' && name !== undefined ? [name] : [])).sort();
  const seen = (api.requests[0]?.body.tools ?? []).map(({ name }) => name).sort();
  return names.length > 0 && names.join() === seen.join()
    ? []
    : [`its tools are ${names.join()}, the model's ${seen.join()}`];
}
