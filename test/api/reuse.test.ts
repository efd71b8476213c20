/** Which process answers where processes serve one conversation after another: as seen by a client, with the real CLI. */
import { setMaxListeners } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ChatEvent } from '../../app/chat/events';
import type { ChatRequest, Message } from '../../app/chat/request';
import { type ChatRig, startChatRig } from '../support/chatRig';
import { requestFor, transcriptSeenByApi } from '../support/conversation';
import { gate, hang, httpError, stop, text, toolUse } from '../support/messagesApi';

const NEVER = new AbortController().signal;
setMaxListeners(0, NEVER);

let rig: ChatRig;

beforeAll(async () => {
  rig = await startChatRig({ reuses: true });
});

afterEach(async () => {
  await Promise.all(rig.chat.liveConversations().map(({ id }) => rig.chat.endConversation(id)));
  await fetch(rig.api.url, { method: 'HEAD' });
  rig.api.reset();
});

afterAll(() => rig.end());

describe('a request', () => {
  test('that regenerates the last answer rewinds the process that gave it', async () => {
    const { history, pid } = await converse(['One?', 'Two?', 'Three?']);

    const again = await ask(history.slice(0, -1));

    expect(again).toMatchObject({ served: 'rewind', pid });
    expect(seen('Three?')).toEqual(['user: One?', 'assistant: A1', 'user: Two?', 'assistant: A2', 'user: Three?']);
  });

  test('that edits an earlier message rewinds the process to the part before it', async () => {
    const { history, pid } = await converse(['One?', 'Two?', 'Three?']);

    const edited = await ask([...history.slice(0, 2), user('Two, edited?')]);

    expect(edited).toMatchObject({ served: 'rewind', pid });
    expect(seen('Two, edited?')).toEqual(['user: One?', 'assistant: A1', 'user: Two, edited?']);
  });

  test('with another history after a common part has that replayed into the rewound process', async () => {
    const { history, pid } = await converse(['One?', 'Two?']);

    const branch = await ask([...history.slice(0, 2), user('Other?'), assistant('Yes.'), user('Why?')]);

    expect(branch).toMatchObject({ served: 'rewind', pid });
    expect(seen('Why?')).toEqual([...['user: One?', 'assistant: A1', 'user: Other?', 'assistant: Yes.', 'user: Why?']]);
  });

  test('that goes on after an edit finds its process live', async () => {
    const { history, pid } = await converse(['One?', 'Two?']);
    const edited = [...history.slice(0, 2), user('Two, edited?')];
    const answer = await ask(edited);

    expect(await ask([...edited, assistant(answer.text), user('And?')])).toMatchObject({ served: 'live', pid });
    expect(seen('And?')).toHaveLength(5);
  });

  test('of another API key never gets a process that has served one', async () => {
    const first = await converse(['One?'], { system: 'A', owner: 'key-a' });
    await rig.chat.endConversation(first.conversation);

    expect((await ask([user('One?')], { system: 'B', owner: 'key-b' })).pid).not.toBe(first.pid);
    expect((await ask([user('Two?')], { system: 'A', owner: 'key-a' })).pid).toBe(first.pid);
  });

  test('without a system prompt never gets a process that had one', async () => {
    const first = await converse(['One?'], { system: 'A' });
    await rig.chat.endConversation(first.conversation);

    expect((await ask([user('Plain?')])).pid).not.toBe(first.pid);
    expect(JSON.stringify(requestFor(rig.api, 'Plain?').body.system)).not.toContain('"A"');
  });

  test('whose system prompt has changed within the conversation goes to the same process', async () => {
    const { history, pid } = await converse(['One?'], { system: 'It is 10:00.' });

    const next = await ask([...history, user('Two?')], { system: 'It is 10:01.' });

    expect(next).toMatchObject({ served: 'live', pid });
    const body = JSON.stringify(requestFor(rig.api, 'Two?').body.system);
    expect(body).toContain('It is 10:01.');
    expect(body).not.toContain('It is 10:00.');
  });

  test('that withdraws a tool it had added is not answered by a process that offers it', async () => {
    const tool = (name: string, deferred: boolean) => ({
      name,
      description: '',
      inputSchema: { type: 'object' },
      deferred,
    });
    const [fixed, added] = [tool('fixed', false), tool('added', true)];
    const first = await converse(['One?'], { tools: [fixed, added] });

    const next = await ask([...first.history, user('Two?')], { tools: [fixed] });

    expect(next).toMatchObject({ served: 'replay' });
    expect(requestFor(rig.api, 'One?').body.tools).toHaveLength(2);
    expect(requestFor(rig.api, 'Two?').body.tools).toMatchObject([{ name: expect.stringContaining('fixed') }]);
    expect(seen('Two?')).toEqual(['user: One?', 'assistant: A1', 'user: Two?']);
  });

  test('with a schema leaves a process that goes on with the conversation', async () => {
    const schema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] };
    rig.api.answer(toolUse('StructuredOutput', { n: 1 }));
    const first = await ask([user('One?')], { schema });
    rig.api.answer(toolUse('StructuredOutput', { n: 2 }));

    const second = await ask([user('One?'), assistant(first.text), user('Two?')], { schema });

    expect(second).toMatchObject({ served: 'replay', pid: first.pid, text: '{"n":2}' });
  });
});

test('a new conversation gets the process of one that has ended, which has none of its words', async () => {
  const small = await startChatRig({ reuses: true, limit: 1 });
  try {
    const first = await converse(['SECRET?'], { system: 'SECRET SYSTEM' }, small);
    await small.chat.endConversation(first.conversation);

    const second = await ask([user('Fresh?')], { system: 'You are B.' }, NEVER, undefined, small);

    expect(second).toMatchObject({ served: 'new', pid: first.pid });
    const { body } = requestFor(small.api, 'Fresh?');
    expect(JSON.stringify(body)).not.toContain('SECRET');
    expect(JSON.stringify(body.system)).toContain('You are B.');
  } finally {
    await small.end();
  }
});

describe('a process stays', () => {
  test('where the client hangs up, and the same question is asked again', async () => {
    const { history, pid } = await converse(['One?']);
    const client = new AbortController();
    rig.api.answer(text('Half'), hang());
    const abandoned = ask([...history, user('Two?')], {}, client.signal, (event) => {
      if (event.type === 'text') client.abort();
    });
    await abandoned;

    const again = await ask([...history, user('Two, again?')]);

    expect(again).toMatchObject({ served: 'live', pid });
    expect(seen('Two, again?')).toEqual(['user: One?', 'assistant: A1', 'user: Two, again?']);
  });

  test('where the API refuses the request', async () => {
    const { history, pid } = await converse(['One?']);
    // The CLI sends a refused request again, without some of its fields.
    for (let count = 0; count < 5; count += 1) rig.api.answer(httpError(400, 'invalid_request_error', 'no'));
    expect((await ask([...history, user('Two?')])).error).toBeDefined();

    rig.api.reset();
    expect(await ask([...history, user('Three?')])).toMatchObject({ served: 'live', pid });
    expect(seen('Three?')).toEqual(['user: One?', 'assistant: A1', 'user: Three?']);
  });

  test('after a token limit, with the half answer that the client has', async () => {
    const { history, pid } = await converse(['One?']);
    rig.api.answer(text('Half'), stop('max_tokens'));
    await ask([...history, user('Two?')]);

    const next = await ask([...history, user('Two?'), assistant('Half'), user('Go on.')]);

    expect(next).toMatchObject({ served: 'rewind', pid });
    expect(seen('Go on.')).toEqual([
      ...['user: One?', 'assistant: A1', 'user: Two?', 'assistant: Half', 'user: Go on.'],
    ]);
  });

  test('where another request takes it from an idle conversation, which goes on in another', async () => {
    const small = await startChatRig({ reuses: true, limit: 1 });
    try {
      const first = await converse(['One?'], { system: 'A' }, small);
      const second = await ask([user('Other?')], { system: 'B' }, NEVER, undefined, small);
      expect(second.pid).toBe(first.pid);

      const next = await ask([...first.history, user('Two?')], { system: 'A' }, NEVER, undefined, small);

      expect(next).toMatchObject({ served: 'replay', pid: first.pid, conversation: first.conversation });
      const request = requestFor(small.api, 'Two?');
      expect(transcriptSeenByApi(request)).toEqual(['user: One?', 'assistant: A1', 'user: Two?']);
      expect(JSON.stringify(request.body)).not.toContain('Other?');
    } finally {
      await small.end();
    }
  });
});

test('each request has its own cost, however many conversations its process has served', async () => {
  const costs: (number | null)[] = [];
  for (const question of ['One?', 'Two?', 'Three?']) {
    const { conversation, costUsd } = await ask([user(question)], { system: question });
    costs.push(costUsd);
    await rig.chat.endConversation(conversation);
  }

  expect(costs[0]).toBeGreaterThan(0);
  expect(costs[1]).toBeCloseTo(costs[0] ?? 0, 8);
  expect(costs[2]).toBeCloseTo(costs[0] ?? 0, 8);
});

test('a client that asks again while its interrupted answer is being removed waits for the process', async () => {
  const { history, pid } = await converse(['One?']);
  const client = new AbortController();
  const halfway = gate();
  rig.api.answer(text('Half'), halfway, text('rest'));
  const abandoned = ask([...history, user('Two?')], {}, client.signal);
  await halfway.reached;
  client.abort();
  await abandoned;

  expect(await ask([...history, user('Two?')])).toMatchObject({ served: 'live', pid });
  halfway.open();
});

interface Answer {
  text: string;
  served: string | undefined;
  conversation: string;
  pid: number | null | undefined;
  costUsd: number | null;
  error: unknown;
}

async function ask(
  messages: readonly Message[],
  request: Partial<ChatRequest> = {},
  signal = NEVER,
  onEvent: (event: ChatEvent) => void = () => {},
  { chat }: ChatRig = rig,
): Promise<Answer> {
  const answer: Answer = { text: '', served: undefined, conversation: '', pid: null, costUsd: null, error: undefined };
  const defaults = { model: 'sonnet', system: '', client: 'test', thinking: false, owner: '', messages };
  for await (const event of chat.ask({ ...defaults, ...request }, signal)) {
    if (event.type === 'start') Object.assign(answer, { served: event.served, conversation: event.conversation });
    if (event.type === 'question_sent') {
      answer.pid = chat.liveConversations().find(({ id }) => id === answer.conversation)?.pid;
    }
    if (event.type === 'text') answer.text += event.text;
    if (event.type === 'end') answer.costUsd = event.usage.costUsd;
    if (event.type === 'error') answer.error = event.error;
    onEvent(event);
  }
  return answer;
}

/** Asks the questions one after another; the answers are A1, A2 and so on. */
async function converse(questions: readonly string[], request: Partial<ChatRequest> = {}, of: ChatRig = rig) {
  let history: Message[] = [];
  let last: Answer | undefined;
  for (const [index, question] of questions.entries()) {
    of.api.answer(text(`A${index + 1}`));
    last = await ask([...history, user(question)], request, NEVER, undefined, of);
    history = [...history, user(question), assistant(last.text)];
  }
  return { history, pid: last?.pid, conversation: last?.conversation ?? '' };
}

function seen(question: string): string[] {
  return transcriptSeenByApi(requestFor(rig.api, question));
}

function user(content: string): Message {
  return { role: 'user', content: [{ type: 'text', text: content }] };
}

function assistant(content: string): Message {
  return { role: 'assistant', content: [{ type: 'text', text: content }] };
}
