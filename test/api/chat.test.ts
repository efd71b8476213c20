/** The chat with the real CLI: the events that a dialect gets, whatever happens to the process. */
import { setMaxListeners } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ChatEvent } from '../../app/chat/events';
import type { ChatRequest, Message } from '../../app/chat/request';
import type { Chat, ConversationStatus } from '../../app/chat/service';
import { type ChatRig, type ChatRigOptions, startChatRig } from '../support/chatRig';
import { claudePath, leftoverProcesses, scratchFolder } from '../support/cli';
import {
  gate,
  hang,
  httpError,
  reset,
  type StopReason,
  stop,
  streamError,
  text,
  thinking,
  usage,
} from '../support/messagesApi';
import { startTestApp } from '../support/testApp';

const NEVER = new AbortController().signal;
setMaxListeners(0, NEVER);

describe('a chat', () => {
  let rig: ChatRig;

  beforeAll(async () => {
    rig = await startChatRig();
  });

  afterEach(async () => {
    // A process that waits for a follow-up would be idle while another test runs.
    await Promise.all(rig.chat.liveConversations().map(({ id }) => rig.chat.endConversation(id)));
    // By then the mock has received the request of the interrupted process, which cannot take another test's answer.
    await fetch(rig.api.url, { method: 'HEAD' });
    rig.api.reset();
  });

  afterAll(() => rig.end());

  test('yields one stream of events, in order, with the usage that the API reported', async () => {
    rig.api.answer(text('Hel', 'lo'), usage({ input: 7, cacheRead: 100, cacheWrite: 20, output: 2 }));

    const events = await ask(rig.chat, 'hi');

    expect(events).toEqual([
      {
        type: 'start',
        conversation: expect.stringMatching(/^conv_/),
        served: 'new',
        model: expect.stringMatching(/^claude-sonnet-/),
        isolation: expect.stringContaining('withheld'),
        payer: expect.objectContaining({ label: 'API key' }),
        account: 'main',
      },
      { type: 'question_sent', queuedMs: expect.any(Number) },
      { type: 'usage', usage: expect.objectContaining({ input: 7, cacheRead: 100, cacheWrite: 20 }) },
      { type: 'text', text: 'Hel' },
      { type: 'text', text: 'lo' },
      {
        type: 'end',
        reason: 'stop',
        usage: {
          input: 7,
          cacheRead: 100,
          cacheWrite: 20,
          output: 2,
          thinking: 0,
          costUsd: expect.any(Number),
        },
        timings: {
          loadMs: expect.any(Number),
          promptMs: expect.any(Number),
          answerMs: expect.any(Number),
          totalMs: expect.any(Number),
        },
      },
    ]);
  });

  test('has the cost of its own turn', async () => {
    const counts = usage({ input: 100_000, output: 0 });
    const costs: number[] = [];
    for (const messages of [[user('one')], [user('one'), assistant('a'), user('two')]]) {
      rig.api.answer(text('a'), counts);
      costs.push(endOf(await ask(rig.chat, messages)).usage.costUsd);
    }

    expect(costs[0]).toBeGreaterThan(0.01);
    expect(costs[1]).toBeCloseTo(costs[0] ?? 0);
  });

  test('is sent to the model that the client’s name stands for, with the client’s system prompt', async () => {
    await ask(rig.chat, 'hi', { model: 'anthropic/claude-3.5-haiku:latest', system: 'Be brief. See @/etc/hostname.' });

    expect(rig.api.requests[0]?.body.model).toMatch(/^claude-haiku-/);
    expect(rig.api.requests[0]?.system).toEqual(['Be brief. See @/etc/hostname.']);
  });

  test('with an unknown model ends with an error that lists the models, and sends nothing', async () => {
    const events = await ask(rig.chat, 'hi', { model: 'gpt-4' });

    expect(events).toEqual([
      { type: 'error', error: expect.objectContaining({ kind: 'model_not_found', param: 'model' }) },
    ]);
    expect(errorOf(events).message).toContain('sonnet');
    expect(rig.api.requests).toEqual([]);
  });

  test('sends the history with its true roles and unchanged texts', async () => {
    const messages: Message[] = [
      user('@/etc/hostname'),
      user('/context'),
      { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Kyiv' } }] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', toolUseId: 'toolu_1', content: [{ type: 'text', text: 'rain' }], isError: false },
        ],
      },
      assistant('It rains.'),
      user('@/etc/hostname'),
    ];

    const events = await ask(rig.chat, messages);

    expect(events[0]).toMatchObject({ type: 'start', served: 'replay' });
    expect(rig.api.requests.map(({ history }) => history)).toEqual([
      [
        { role: 'user', content: [textBlock('@/etc/hostname'), textBlock('/context')] },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Kyiv' } }] },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: [textBlock('rain')], is_error: false }],
        },
        { role: 'assistant', content: [textBlock('It rains.')] },
        { role: 'user', content: [textBlock('@/etc/hostname')] },
      ],
    ]);
  });

  test('yields the model’s thinking only where the client wants it', async () => {
    rig.api.answer(thinking('Hm', 'm'), text('So'));
    expect(textsOf(await ask(rig.chat, 'hi', { thinking: true }))).toEqual(['thinking Hm', 'thinking m', 'text So']);

    rig.api.answer(thinking('Hm', 'm'), text('So'));
    expect(textsOf(await ask(rig.chat, 'hi', { thinking: false }))).toEqual(['text So']);
  });

  test.each<[StopReason, string]>([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
    ['refusal', 'refusal'],
  ])('whose API answer ends with %s ends with %s, and nothing comes after it', async (reason, expected) => {
    // A request that the CLI makes by itself may arrive while the next test runs.
    rig.api.chooseAnswer(({ history }) =>
      history.length === 1 && JSON.stringify(history).includes(`"${reason}"`)
        ? [text('A'), stop(reason), usage({ output: 9 })]
        : [text('B')],
    );

    const events = await ask(rig.chat, reason);

    expect(textsOf(events)).toEqual(['text A']);
    expect(endOf(events)).toMatchObject({ reason: expected, usage: { output: 9 } });
  });

  test('that the API cannot stream is answered in one piece', async () => {
    rig.api.answer(httpError(404, 'not_found_error', 'no streaming here'));
    rig.api.answer(text('whole'), usage({ input: 7, output: 2 }));

    const events = await ask(rig.chat, 'hi');

    expect(textsOf(events)).toEqual(['text whole']);
    expect(endOf(events)).toMatchObject({ reason: 'stop', usage: { input: 7, output: 2 } });
  });

  test('is listed as a live conversation while it is answered', async () => {
    const halfway = gate();
    rig.api.answer(text('a'), halfway);
    const asked = ask(rig.chat, 'hi', { client: 'curl' });
    await halfway.reached;

    expect(rig.chat.liveConversations()).toMatchObject([
      { client: 'curl', phase: 'answering', pid: expect.any(Number), model: expect.stringMatching(/^claude-sonnet-/) },
    ]);

    halfway.open();
    const [start] = await asked;
    expect(
      rig.chat.liveConversations().filter(({ id, phase }) => id === conversationOf(start) && phase !== 'idle'),
    ).toEqual([]);
  });

  describe('that the API refuses ends with an error', () => {
    test('at once where a retry cannot succeed', async () => {
      rig.api.setDefaultAnswer(httpError(401, 'authentication_error', 'scripted'));

      expect(errorOf(await ask(rig.chat, 'hi'))).toMatchObject({ kind: 'authentication', apiStatus: 401 });
      expect(rig.api.requests).toHaveLength(1);
    });

    test('that has the time to wait where that is long', async () => {
      rig.api.setDefaultAnswer(httpError(429, 'rate_limit_error', 'scripted', { 'retry-after': '30' }));

      const error = errorOf(await ask(rig.chat, 'hi'));

      expect(error).toMatchObject({ kind: 'rate_limit', apiStatus: 429 });
      expect(error.retryAfterMs).toBeGreaterThanOrEqual(30_000);
      expect(rig.api.requests).toHaveLength(1);
    });

    test('unless the CLI’s own retry comes soon', async () => {
      rig.api.answer(httpError(429, 'rate_limit_error', 'scripted', { 'retry-after': '1' }));

      expect(textsOf(await ask(rig.chat, 'hi'))).toEqual(['text OK']);
    });

    test('of kind `context_too_long` where the prompt is too long', async () => {
      rig.api.setDefaultAnswer(
        httpError(400, 'invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'),
      );

      expect(errorOf(await ask(rig.chat, 'hi')).kind).toBe('context_too_long');
    });

    test.each([
      ['an error in the API’s stream', streamError('overloaded_error', 'Overloaded'), 'overloaded'],
      ['a connection that is cut', reset(), 'api'],
    ])('after the text that had come until then: %s', async (_, breaks, kind) => {
      const sent = gate();
      rig.api.answer(text('Half'), sent, breaks);
      const seen: ChatEvent[] = [];
      for await (const event of rig.chat.ask(request('hi'), NEVER)) {
        seen.push(event);
        if (event.type === 'text') sent.open();
      }

      expect(textsOf(seen)).toEqual(['text Half']);
      expect(errorOf(seen).kind).toBe(kind);
      expect(rig.api.requests).toHaveLength(1);
    });
  });

  describe('whose client hangs up', () => {
    test.each([
      ['before the API has answered', [hang()]],
      ['in the middle of the answer', [text('Part'), hang()]],
    ])('%s interrupts the model, and its process ends', async (_, steps) => {
      rig.api.answer(...steps);
      const leave = new AbortController();
      const asked = ask(rig.chat, 'go', {}, leave.signal);
      const call = await rig.api.waitForRequest(1);
      const pid = pidOf(rig.chat.liveConversations()[0]);

      leave.abort();

      expect(errorOf(await asked).kind).toBe('cancelled');
      expect(await call.outcome).toBe('aborted');
      await expect.poll(() => isRunning(pid)).toBe(false);
    });

    test('by not reading further interrupts the model', async () => {
      rig.api.answer(text('Part'), hang());
      for await (const event of rig.chat.ask(request('go'), NEVER)) if (event.type === 'text') break;

      expect(await rig.api.requests[0]?.outcome).toBe('aborted');
      expect(rig.chat.liveConversations()).toEqual([]);
    });

    test('before it begins is not sent to the model', async () => {
      expect(errorOf(await ask(rig.chat, 'go', {}, AbortSignal.abort())).kind).toBe('cancelled');
      expect(rig.api.requests).toEqual([]);
    });
  });

  test('that the window ends is interrupted', async () => {
    rig.api.answer(text('Part'), hang());
    const asked = ask(rig.chat, 'go');
    const call = await rig.api.waitForRequest(1);

    expect(await rig.chat.endConversation(rig.chat.liveConversations()[0]?.id ?? '')).toBe(true);

    expect(errorOf(await asked).kind).toBe('stopped');
    expect(await call.outcome).toBe('aborted');
    expect(await rig.chat.endConversation('conv_nobody')).toBe(false);
  });

  test('whose process is killed in the middle of its answer ends with an error, and the next chat is answered', async () => {
    rig.api.answer(text('Half'), hang());
    const events: ChatEvent[] = [];
    for await (const event of rig.chat.ask(request('go'), NEVER)) {
      events.push(event);
      if (event.type === 'text') process.kill(pidOf(rig.chat.liveConversations()[0]), 'SIGKILL');
    }

    expect(errorOf(events)).toMatchObject({ kind: 'cli_failed', message: expect.stringContaining('SIGKILL') });
    expect(textsOf(await ask(rig.chat, 'again'))).toEqual(['text OK']);
  });

  test('whose process is killed before the first text is answered by another process', async () => {
    const sent = gate();
    rig.api.answer(sent, hang());
    const asked = ask(rig.chat, 'go');
    await sent.reached;
    process.kill(pidOf(rig.chat.liveConversations()[0]), 'SIGKILL');

    expect(textsOf(await asked)).toEqual(['text OK']);
  });

  test('is followed by three spares: one with its system prompt, one with the system prompt before that, one blank', async () => {
    await ask(rig.chat, 'hi', { system: 'Asked for twice.' });
    await expect.poll(() => rig.claude.spares, { timeout: 10_000 }).toBe(3);

    await ask(rig.chat, 'hi', { system: 'Asked for twice.' });
    expect(rig.api.requests[1]?.system).toEqual(['Asked for twice.']);
    await expect.poll(() => rig.claude.spares, { timeout: 10_000 }).toBe(3);
  });
});

describe('more requests than processes', () => {
  let rig: ChatRig;

  beforeAll(async () => {
    rig = await startChatRig({ limit: 3 });
  });

  afterAll(() => rig.end());

  test('wait for a process: of 40 requests, with 3 processes, 3 are answered at one time', async () => {
    const held = gate();
    rig.api.setDefaultAnswer(text('a'), held, text('b'));
    const leave = sharedAbortController();
    const stay = Array.from({ length: 5 }, (_, index) => ask(rig.chat, `stay ${index}`));
    const left = Array.from({ length: 35 }, (_, index) => ask(rig.chat, `leave ${index}`, {}, leave.signal));
    await rig.api.waitForRequest(3);

    expect(rig.api.requests).toHaveLength(3);
    expect(await countChatProcesses(rig.home)).toBe(3);

    leave.abort();
    expect(new Set((await Promise.all(left)).map((events) => errorOf(events).kind))).toEqual(new Set(['cancelled']));
    held.open();
    for (const events of await Promise.all(stay)) expect(textsOf(events)).toEqual(['text a', 'text b']);
  });

  test('are refused when the queue is full', async () => {
    const leave = sharedAbortController();
    rig.api.reset();
    rig.api.setDefaultAnswer(hang());
    const asked = Array.from({ length: 110 }, (_, index) => ask(rig.chat, `hi ${index}`, {}, leave.signal));

    const first = errorOf(await Promise.race(asked));
    leave.abort();
    const kinds = (await Promise.all(asked)).map((events) => errorOf(events).kind);

    expect(first.kind).toBe('busy');
    expect(first.retryAfterMs).toBeGreaterThan(0);
    // The queue holds 100 requests, and up to 3 more have a process by then.
    expect(kinds.filter((kind) => kind === 'cancelled').length).toBeGreaterThanOrEqual(100);
    expect(kinds.filter((kind) => kind === 'busy').length).toBeGreaterThanOrEqual(7);
  });
});

describe.skipIf(process.platform === 'win32')('a CLI that cannot answer', () => {
  const ends: (() => Promise<void>)[] = [];

  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  async function startRig(options: ChatRigOptions): Promise<ChatRig> {
    const rig = await startChatRig(options);
    ends.push(rig.end);
    return rig;
  }

  async function installScript(script: string): Promise<Pick<ChatRigOptions, 'home' | 'cliPath'>> {
    const home = await scratchFolder();
    const cliPath = path.join(home, 'claude');
    await writeFile(cliPath, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return { home, cliPath };
  }

  test('since it is missing: the error says what to do, and the CLI is found as soon as it is installed', async () => {
    const { chat, home } = await startRig({ cliPath: '', path: '/bin' });
    const error = errorOf(await ask(chat, 'hi'));
    expect(error.kind).toBe('cli_missing');
    expect(error.message).toContain('npm install');
    await expect(chat.models()).rejects.toMatchObject({ kind: 'cli_missing' });

    await mkdir(path.join(home, '.local', 'bin'), { recursive: true });
    await symlink(claudePath(), path.join(home, '.local', 'bin', 'claude'));

    await expect
      .poll(async () => textsOf(await ask(chat, 'hi')), { timeout: 20_000, interval: 250 })
      .toEqual(['text OK']);
  });

  test('since it is too old: the error says what to do, and no process of it is started', async () => {
    const { chat } = await startRig(
      await installScript('[ "$1" = --version ] && echo "2.1.100 (Claude Code)" || exit 9'),
    );

    const error = errorOf(await ask(chat, 'hi'));

    expect(error).toMatchObject({ kind: 'cli_outdated', message: expect.stringMatching(/2\.1\.100.*`claude update`/) });
  });

  test('since it does not start: the error has its message', async () => {
    const { chat } = await startRig(await installScript('echo "Illegal instruction" >&2; exit 132'));

    expect(errorOf(await ask(chat, 'hi'))).toMatchObject({
      kind: 'cli_failed',
      message: expect.stringContaining('Illegal instruction'),
    });
  });

  test('since its process exits at once: the error has its message', async () => {
    const { chat } = await startRig(
      await installScript(`case "$1" in
        --version) echo "2.1.330 (Claude Code)" ;;
        --setting-sources=) echo '{"loggedIn": true, "authMethod": "api_key"}' ;;
        *) echo "error: unknown option '--safe-mode'" >&2; exit 1 ;;
      esac`),
    );

    expect(errorOf(await ask(chat, 'hi'))).toMatchObject({
      kind: 'cli_failed',
      message: expect.stringContaining('--safe-mode'),
    });
  });

  test('since it is signed out: the error says what to do, and the CLI’s state shows it from then on', async () => {
    const { chat, claude, api } = await startRig({ account: 'signed-out' });

    const error = errorOf(await ask(chat, 'hi'));

    expect(error).toMatchObject({ kind: 'signed_out', message: expect.stringContaining('`claude auth login`') });
    expect(claude.state.problem?.code).toBe('signed_out');
    expect(api.requests).toEqual([]);
  });
});

describe('closing the app', () => {
  test('in the middle of answers leaves no process', async () => {
    const app = await startTestApp();
    app.api.setDefaultAnswer(text('Part'), hang());
    const body = JSON.stringify({ model: 'sonnet', messages: [{ role: 'user', content: 'go' }] });
    const asked = [1, 2].map(() =>
      fetch(`${app.url}/api/chat`, { method: 'POST', body })
        .then((response) => response.text())
        .catch(() => 'cut'),
    );
    await app.api.waitForRequest(2);

    await app.stop();

    await Promise.all(asked);
    expect(app.core.snapshot().conversations).toEqual([]);
  });

  test('while it starts leaves no process', async () => {
    const rig = await startChatRig();

    await rig.end();
  });
});

function request(question: string | Message[], fields: Partial<ChatRequest> = {}): ChatRequest {
  const messages = typeof question === 'string' ? [user(question)] : question;
  return { model: 'sonnet', system: '', messages, client: 'test', thinking: false, owner: '', ...fields };
}

async function ask(
  chat: Chat,
  question: string | Message[],
  fields: Partial<ChatRequest> = {},
  signal = NEVER,
): Promise<ChatEvent[]> {
  const events: ChatEvent[] = [];
  for await (const event of chat.ask(request(question, fields), signal)) events.push(event);
  return events;
}

/** An abort controller whose signal may have any number of listeners. */
function sharedAbortController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

function textBlock(words: string) {
  return { type: 'text', text: words } as const;
}

function user(words: string): Message {
  return { role: 'user', content: [textBlock(words)] };
}

function assistant(words: string): Message {
  return { role: 'assistant', content: [textBlock(words)] };
}

function textsOf(events: readonly ChatEvent[]): string[] {
  return events.flatMap((event) => ('text' in event ? [`${event.type} ${event.text}`] : []));
}

function endOf(events: readonly ChatEvent[]): Extract<ChatEvent, { type: 'end' }> {
  const last = events.at(-1);
  if (last?.type === 'end') return last;
  throw new Error(`it ended with ${JSON.stringify(last)} ${last?.type === 'error' ? last.error.stack : ''}`);
}

function errorOf(events: readonly ChatEvent[]) {
  const last = events.at(-1);
  if (last?.type === 'error') return last.error;
  throw new Error(`it ended with ${JSON.stringify(last)}`);
}

function conversationOf(event: ChatEvent | undefined): string | undefined {
  return event?.type === 'start' ? event.conversation : undefined;
}

function pidOf(conversation: ConversationStatus | undefined): number {
  if (conversation?.pid) return conversation.pid;
  throw new Error('the conversation has no process');
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The number of CLI processes that take questions. */
async function countChatProcesses(home: string): Promise<number> {
  return (await leftoverProcesses(home)).filter(({ command }) => command.includes('stream-json')).length;
}
