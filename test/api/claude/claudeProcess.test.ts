/** `ClaudeProcess` with the real CLI in front of a mock of the Messages API. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { childEnvironment } from '../../../app/claude/installation/environment';
import { type ClaudeProcess, startClaude } from '../../../app/claude/process/claudeProcess';
import { ProtocolError } from '../../../app/claude/process/messages';
import { CliEndedError } from '../../../app/claude/process/protocol';
import type { TurnEvent } from '../../../app/claude/process/turnEvents';
import { claudePath, cliEnvironment, leftoverProcesses, removeFolder, scratchFolder } from '../../support/cli';
import {
  gate,
  hang,
  type MessagesApi,
  startMessagesApi,
  stop,
  streamError,
  text,
  thinking,
  usage,
} from '../../support/messagesApi';

const NEVER = new AbortController().signal;

let api: MessagesApi;
let home: string;
let started: ClaudeProcess[] = [];

beforeAll(async () => {
  home = await scratchFolder();
  api = await startMessagesApi();
});

afterEach(() => api.reset());

afterAll(async () => {
  for (const process of started) process.kill();
  await Promise.all(started.map(({ exited }) => exited));
  started = [];
  await api.close();
  expect(await leftoverProcesses(home)).toEqual([]);
  await removeFolder(home);
});

describe('turns', () => {
  let process: ClaudeProcess;

  beforeAll(async () => {
    process = await startInitialized();
  });

  test('yield events in order', async () => {
    api.answer(thinking('Hm'), text('Hel', 'lo'), usage({ input: 7, cacheRead: 100, cacheWrite: 20, output: 2 }));

    const events = await turn(process, 'hi');

    expect(events.map((event) => ('text' in event ? `${event.type} ${event.text}` : event.type))).toEqual([
      'begin',
      'thinking Hm',
      'text Hel',
      'text lo',
      'stop',
      'result',
    ]);
    expect(events.at(-2)).toMatchObject({
      reason: 'end_turn',
      usage: { input: 7, cacheRead: 100, cacheWrite: 20, output: 2 },
    });
  });

  test('add to the cost of the process', async () => {
    const before = process.costUsd;
    await turn(process, 'hi');
    expect(process.costUsd).toBeGreaterThan(before);
  });

  test('of a megabyte in each direction are complete', async () => {
    const megabyte = '日'.repeat(350_000);
    api.answer(text(megabyte));

    expect(await turn(process, megabyte)).toContainEqual({ type: 'text', text: megabyte });
    expect(api.requests[0]?.history.at(-1)?.content).toEqual([{ type: 'text', text: megabyte }]);
  });

  test('of thousands of pieces are complete, even if they are read slowly', async () => {
    const pieces = Array.from({ length: 3_000 }, (_, index) => `${index} `);
    api.answer(text(...pieces));
    let read = '';
    for await (const event of process.runTurn([{ type: 'text', text: 'count' }], NEVER)) {
      if (event.type !== 'text') continue;
      read += event.text;
      await new Promise(setImmediate);
    }

    expect(read).toBe(pieces.join(''));
  });

  test('run one at a time', async () => {
    const halfway = gate();
    api.answer(text('a'), halfway, text('b'));
    const first = turn(process, 'one');
    await halfway.reached;

    await expect(turn(process, 'two')).rejects.toThrow('already answering');

    halfway.open();
    expect(types(await first)).toEqual(['begin', 'text', 'text', 'stop', 'result']);
  });

  test('send no request where the signal was aborted before', async () => {
    expect(await turn(process, 'hi', AbortSignal.abort())).toEqual([]);
    expect(api.requests).toEqual([]);
  });
});

test('a replayed history is in the transcript with its roles, and no request is sent for it', async () => {
  const process = await startInitialized();
  await process.replay(
    [
      { role: 'user', content: [{ type: 'text', text: 'weather?' }] },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: [], is_error: true }] },
      { role: 'assistant', content: [{ type: 'text', text: 'unknown' }] },
    ],
    NEVER,
  );
  expect(api.requests).toEqual([]);

  await turn(process, 'why?');
  expect(api.requests[0]?.history.map(({ role, content }) => [role, content[0]?.type])).toEqual([
    ['user', 'text'],
    ['assistant', 'tool_use'],
    ['user', 'tool_result'],
    ['assistant', 'text'],
    ['user', 'text'],
  ]);
});

describe('a turn that is cancelled', () => {
  let process: ClaudeProcess;

  beforeAll(async () => {
    process = await startInitialized();
  });

  test.each([
    ['before the API has answered', [hang()]],
    ['in the middle of the answer', [text('Part'), hang()]],
  ])('by its signal, %s, is interrupted, and the process can run another', async (_, steps) => {
    api.answer(...steps);
    const abortController = new AbortController();
    const cancelled = turn(process, 'go', abortController.signal);
    const request = await api.waitForRequest(1);

    abortController.abort();

    expect(types(await cancelled)).not.toContain('result');
    expect(await request.outcome).toBe('aborted');
    expect(types(await turn(process, 'again'))).toContain('result');
  });

  test('by its signal, before the CLI has begun it, is interrupted, and the process can run another', async () => {
    api.chooseAnswer(({ history }) => (JSON.stringify(history.at(-1)).includes('again') ? undefined : [hang()]));
    const { pid = Number.NaN } = process;
    const abortController = new AbortController();
    // So that it reads the question and the interrupt at once.
    globalThis.process.kill(pid, 'SIGSTOP');
    const cancelled = turn(process, 'go', abortController.signal);
    abortController.abort();
    await new Promise(setImmediate);
    globalThis.process.kill(pid, 'SIGCONT');

    expect(await cancelled).toEqual([]);
    expect(process.alive).toBe(true);
    expect(types(await turn(process, 'again'))).toContain('result');
  });

  test('by its reader is interrupted, and the process can run another', async () => {
    api.answer(text('Part'), hang());
    for await (const event of process.runTurn([{ type: 'text', text: 'go' }], NEVER)) if (event.type === 'text') break;

    expect(await api.requests[0]?.outcome).toBe('aborted');
    expect(types(await turn(process, 'again'))).toContain('result');
  });
});

describe('a turn yields one answer only', () => {
  test('it stops at the token limit, although the CLI continues', async () => {
    const process = await startInitialized();
    api.answer(text('A'), stop('max_tokens'));
    api.answer(text('B'), hang());

    const events = await turn(process, 'hi');

    expect(types(events)).toEqual(['begin', 'text', 'stop', 'diverged']);
    expect(events).not.toContainEqual({ type: 'text', text: 'B' });
  });

  test('it ends with an answer that breaks off', async () => {
    const process = await startInitialized();
    api.answer(text('Half'), streamError('overloaded_error', 'Overloaded'));

    const events = await turn(process, 'hi');

    expect(types(events)).toEqual(['begin', 'text', 'usage', 'result']);
    expect(events.at(-1)).toMatchObject({ result: { is_error: true, api_error_status: 529 } });
    expect(api.requests).toHaveLength(1);
  });

  test('it ends with a refusal', async () => {
    const process = await startInitialized();
    api.answer(text('No'), stop('refusal'));

    expect(await turn(process, 'hi')).toContainEqual(expect.objectContaining({ type: 'stop', reason: 'refusal' }));
    expect(api.requests).toHaveLength(1);
  });
});

describe('the end of a process', () => {
  test('during an answer ends the turn without a result', async () => {
    const process = await startInitialized();
    api.answer(text('Half'), hang());
    const events: TurnEvent[] = [];
    for await (const event of process.runTurn([{ type: 'text', text: 'go' }], NEVER)) {
      events.push(event);
      if (event.type === 'text') process.kill();
    }

    expect(types(events)).toEqual(['begin', 'text']);
    expect(await process.exited).toMatchObject({ signal: 'SIGKILL' });
    expect(process.alive).toBe(false);
  });

  test('by close has code 0', async () => {
    const process = await startInitialized();

    await process.close(20_000);

    expect(await process.exited).toMatchObject({ code: 0, signal: null });
  });

  test('by close is not delayed for long by a turn that does not end', async () => {
    const process = await startInitialized();
    api.answer(hang());
    const unfinished = turn(process, 'go');
    await api.waitForRequest(1);

    await process.close(100);

    expect(await process.exited).toMatchObject({ signal: 'SIGKILL' });
    expect(types(await unfinished)).toEqual([]);
  });

  test('makes later calls reject with a CliEndedError', async () => {
    const process = await startInitialized();
    process.kill();
    await process.exited;

    await expect(process.initialize('')).rejects.toThrow(CliEndedError);
    await expect(process.replay([{ role: 'user', content: [] }], NEVER)).rejects.toThrow(CliEndedError);
    await expect(turn(process, 'hi')).rejects.toThrow(CliEndedError);
  });
});

describe('a program that is not the CLI', () => {
  test('because it does not exist ends with the error in stderr', async () => {
    const process = start(path.join(home, 'nothing'));

    await expect(process.initialize('')).rejects.toThrow(CliEndedError);
    expect((await process.exited).stderr).toContain('ENOENT');
  });

  test('which exits with an error message ends with the message in stderr', async () => {
    const process = start(await program('exits', 'echo "unknown option --safe-mode" >&2; exit 1'));

    await expect(process.initialize('')).rejects.toThrow(CliEndedError);
    expect(await process.exited).toMatchObject({ code: 1, stderr: 'unknown option --safe-mode\n' });
  });

  test('which breaks the protocol is killed, with every process that it has started', async () => {
    const process = start(await program('prints', `echo '{"type":"result"}'; sleep 1000 & sleep 1000`));

    await expect(process.initialize('')).rejects.toThrow(ProtocolError);
    expect(await process.exited).toMatchObject({ signal: 'SIGKILL' });
    expect((await leftoverProcesses(home)).filter(({ command }) => command.includes('sleep 1000'))).toEqual([]);
  });
});

function start(command: string): ClaudeProcess {
  const process = startClaude(command, {
    cwd: home,
    env: childEnvironment(cliEnvironment(api, home), { ownPorts: [] }),
    isolated: true,
  });
  started.push(process);
  return process;
}

async function startInitialized(): Promise<ClaudeProcess> {
  const process = start(claudePath());
  await process.initialize('');
  return process;
}

/** Writes a script and returns its path. */
async function program(name: string, script: string): Promise<string> {
  const file = path.join(home, name);
  await writeFile(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return file;
}

async function turn(process: ClaudeProcess, question: string, signal = NEVER): Promise<TurnEvent[]> {
  const events: TurnEvent[] = [];
  for await (const event of process.runTurn([{ type: 'text', text: question }], signal)) events.push(event);
  return events;
}

function types(events: readonly TurnEvent[]): string[] {
  return events.map(({ type }) => type);
}
