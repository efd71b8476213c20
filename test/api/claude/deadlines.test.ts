/** `ClaudeProcess` where the real CLI does not respond, since it is stopped: every wait has a deadline, and ends with its signal. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { childEnvironment } from '../../../app/claude/installation/environment';
import { type ClaudeProcess, startClaude } from '../../../app/claude/process/claudeProcess';
import { DEADLINES, type Deadlines } from '../../../app/claude/process/deadlines/deadlines';
import { CliSilentError, CliTimeoutError } from '../../../app/claude/process/deadlines/within';
import { claudePath, cliEnvironment, leftoverProcesses, removeFolder, scratchFolder } from '../../support/cli';
import { hang, type MessagesApi, startMessagesApi, text } from '../../support/messagesApi';

const NEVER = new AbortController().signal;
const HELLO = [{ type: 'text' as const, text: 'Hello' }];

/** For a process that is stopped: nothing that works has to meet this. */
const SHORT_MS = 200;

let api: MessagesApi;
let home: string;
let started: ClaudeProcess[] = [];

beforeAll(async () => {
  home = await scratchFolder();
  api = await startMessagesApi();
});

afterEach(async () => {
  for (const claude of started) claude.kill();
  await Promise.all(started.map(({ exited }) => exited));
  started = [];
  api.reset();
});

afterAll(async () => {
  await api.close();
  expect(await leftoverProcesses(home)).toEqual([]);
  await removeFolder(home);
});

/** A process whose deadlines a test can shorten once it is initialized. */
async function startInitialized(): Promise<{
  claude: ClaudeProcess;
  limits: { silenceMs: number } & Mutable<Deadlines>;
}> {
  const limits = { ...DEADLINES, silenceMs: 60_000 };
  const claude = start(limits, () => limits.silenceMs);
  await claude.initialize('');
  return { claude, limits };
}

function start(deadlines: Deadlines, turnSilenceMs?: () => number): ClaudeProcess {
  const env = childEnvironment(cliEnvironment(api, home), { ownPorts: [] });
  const options = { cwd: home, env, isolated: true, deadlines, ...(turnSilenceMs && { turnSilenceMs }) };
  const claude = startClaude(claudePath(), options);
  started.push(claude);
  return claude;
}

/** Has the process do nothing more, without ending it. */
function stop(claude: ClaudeProcess): void {
  process.kill(claude.pid ?? Number.NaN, 'SIGSTOP');
}

async function runTurn(claude: ClaudeProcess, content: Parameters<ClaudeProcess['runTurn']>[0], signal = NEVER) {
  const types: string[] = [];
  for await (const { type } of claude.runTurn(content, signal)) types.push(type);
  return types;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What is done with a stopped process, and the deadline that ends it. */
const STEPS: [
  step: string,
  deadline: keyof Deadlines,
  run: (claude: ClaudeProcess, signal: AbortSignal) => Promise<unknown>,
][] = [
  ['set_model', 'controlMs', (claude, signal) => claude.setModel('haiku', signal)],
  ['apply_flag_settings', 'controlMs', (claude, signal) => claude.configure({ maxTokens: 77 }, signal)],
  ['replay', 'replayStepMs', (claude, signal) => claude.replay([{ role: 'user', content: HELLO }], signal)],
  // More than a pipe takes.
  ['read', 'writeMs', (claude) => runTurn(claude, [{ type: 'text', text: 'x'.repeat(5_000_000) }])],
  ['begin the turn', 'turnStartMs', (claude) => runTurn(claude, HELLO)],
];

describe('a process that is stopped', () => {
  test.each(STEPS)('misses the deadline for the step “%s” and is killed', async (step, deadline, run) => {
    const { claude, limits } = await startInitialized();
    stop(claude);
    limits[deadline] = SHORT_MS;

    const error = await run(claude, NEVER).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(CliTimeoutError);
    expect(error).toMatchObject({ step, timeoutMs: SHORT_MS });
    expect(await claude.exited).toMatchObject({ signal: 'SIGKILL' });
  });

  test('misses the deadline for `initialize` and is killed', async () => {
    const claude = start({ ...DEADLINES, initializeMs: SHORT_MS });
    stop(claude);

    await expect(claude.initialize('')).rejects.toMatchObject({ step: 'initialize' });
    expect(await claude.exited).toMatchObject({ signal: 'SIGKILL' });
  });

  test.each(STEPS.slice(0, 3))(
    'keeps no one waiting for the step “%s” once the signal is aborted',
    async (_, __, run) => {
      const { claude } = await startInitialized();
      stop(claude);
      const client = new AbortController();
      const running = run(claude, client.signal);

      client.abort(new Error('the client hung up'));

      await expect(running).rejects.toThrow('the client hung up');
    },
  );

  test.each([
    ['a question that it does not read', 5_000_000],
    ['a question that it has got', 5],
  ])('keeps no one waiting for the answer to %s once the signal is aborted', async (_, length) => {
    const { claude, limits } = await startInitialized();
    stop(claude);
    limits.interruptMs = SHORT_MS;
    const client = new AbortController();
    const running = runTurn(claude, [{ type: 'text', text: 'x'.repeat(length) }], client.signal);

    client.abort();

    expect(await running).toEqual([]);
    expect(claude.alive).toBe(false);
  });

  test('keeps no one waiting who closes it', async () => {
    const { claude, limits } = await startInitialized();
    stop(claude);
    limits.closeMs = SHORT_MS;

    await claude.close();

    expect(claude.alive).toBe(false);
  });

  test('in the middle of an answer is killed after the longest silence', async () => {
    const { claude, limits } = await startInitialized();
    api.answer(text('Hel'), hang());
    const turn = claude.runTurn(HELLO, NEVER)[Symbol.asyncIterator]();
    for (let next = await turn.next(); next.value?.type !== 'text'; next = await turn.next());
    stop(claude);
    Object.assign(limits, { silenceMs: SHORT_MS, interruptMs: SHORT_MS });

    await expect(turn.next()).rejects.toThrow(CliSilentError);
    expect(claude.alive).toBe(false);
  });
});

describe('an API that is silent', () => {
  test.each([
    ['before its answer', [hang()]],
    ['in the middle of its answer', [text('Hel'), hang()]],
  ])('%s has the turn interrupted after the longest silence, and the process can run another', async (_, steps) => {
    const { claude, limits } = await startInitialized();
    await runTurn(claude, HELLO);
    api.answer(...steps);
    limits.silenceMs = 3_000;

    await expect(runTurn(claude, HELLO)).rejects.toThrow(CliSilentError);

    expect(await api.requests[1]?.outcome).toBe('aborted');
    expect(claude.alive).toBe(true);
    limits.silenceMs = 60_000;
    expect((await runTurn(claude, HELLO)).at(-1)).toBe('result');
  });
});

test.skipIf(process.platform === 'win32')(
  'a process that has ended is noticed although a process that it has started holds its output open',
  async () => {
    const script = path.join(home, 'leaves-a-child');
    await writeFile(script, "#!/bin/sh\nsetsid sh -c 'echo $$ >&2; exec sleep 1000' &\nsleep 1\nexit 3\n", {
      mode: 0o755,
    });
    const claude = startClaude(script, { cwd: home, env: cliEnvironment(api, home), isolated: true });

    const { code, stderr } = await claude.exited;

    expect(code).toBe(3);
    process.kill(Number(stderr), 'SIGKILL');
  },
);
