/** Follow-ups with the real CLI: which process answers them, and that the model gets the client's history and nothing else. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  ask,
  assistant,
  type ChatAnswer,
  type ChatMessage,
  conversationRow,
  killProcessOf,
  requestFor,
  startStream,
  transcriptSeenByApi,
  uniqueWord,
  user,
  waitForTurnEnd,
} from '../support/conversation';
import { closeBlock, gate, stop, text } from '../support/messagesApi';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(() => app.stop());

beforeEach(() => app.api.reset());

/** Makes a chat of one turn. Returns its answer and its history. */
async function oneTurnChat(body: Record<string, unknown> = {}): Promise<{ first: ChatAnswer; history: ChatMessage[] }> {
  const [question, answer] = [uniqueWord('Q'), uniqueWord('A')];
  app.api.answer(text(answer));
  const first = await ask(app, [user(question)], body);
  expect(first.text).toBe(answer);
  return { first, history: [user(question), assistant(answer)] };
}

/** The messages in the form of `transcriptSeenByApi`. */
function lines(...messages: ChatMessage[]): string[] {
  return messages.map(({ role, content }) => `${role}: ${content}`);
}

describe('a follow-up', () => {
  test('goes to the process that holds its history, and the model gets exactly the messages that were sent', async () => {
    const { first, history } = await oneTurnChat();
    const question = user(uniqueWord('Q'));

    const second = await ask(app, [...history, question]);

    expect([first.path, second.path]).toEqual(['new', 'live']);
    expect(second.conversation).toBe(first.conversation);
    expect(transcriptSeenByApi(requestFor(app.api, `${question.content}`))).toEqual(lines(...history, question));
  });

  test('finds its process whatever white space the client adds at the ends of messages', async () => {
    const { history } = await oneTurnChat();
    const [question, answer] = history as [ChatMessage, ChatMessage];

    const { path } = await ask(app, [
      user(`\n ${question.content} `),
      assistant(`${answer.content}\n\n`),
      user('go on'),
    ]);

    expect(path).toBe('live');
  });

  test('gets a process of its own where a space inside a message differs', async () => {
    const [question, answer] = [`${uniqueWord('Q')} a b`, uniqueWord('A')];
    app.api.answer(text(answer));
    await ask(app, [user(question)]);
    const changed = question.replace('a b', 'a  b');
    const next = uniqueWord('Q');

    const { path } = await ask(app, [user(changed), assistant(answer), user(next)]);

    expect(path).toBe('replay');
    expect(transcriptSeenByApi(requestFor(app.api, next))).toEqual([
      `user: ${changed}`,
      `assistant: ${answer}`,
      `user: ${next}`,
    ]);
  });

  test('finds its process where the model answered in several blocks and the client sends them as one', async () => {
    const [question, next] = [uniqueWord('Q'), uniqueWord('Q')];
    app.api.answer(text('one '), closeBlock(), text('two'));
    const first = await ask(app, [user(question)]);

    const second = await ask(app, [user(question), assistant(first.text), user(next)]);

    expect(first.text).toBe('one two');
    expect(second.path).toBe('live');
    expect(transcriptSeenByApi(requestFor(app.api, next))).toEqual([
      `user: ${question}`,
      'assistant: one |two',
      `user: ${next}`,
    ]);
  });

  test.each([
    ['system prompt', 'Be brief.', 'sonnet'],
    ['model', '', 'haiku'],
  ])('with another %s never goes to the process that holds its history', async (_, system, model) => {
    const { first, history } = await oneTurnChat();
    const next = uniqueWord('Q');
    const messages = [...(system ? [{ role: 'system', content: system } as const] : []), ...history, user(next)];

    const second = await ask(app, messages, { model });

    expect(second.path).toBe('replay');
    expect(transcriptSeenByApi(requestFor(app.api, next))).toEqual(lines(...history, user(next)));
    expect(requestFor(app.api, next).system).toEqual(system ? [system] : []);
    const third = await ask(app, [...history, user(uniqueWord('Q'))]);
    expect(third.path).toBe('live');
    expect(third.conversation).toBe(first.conversation);
  });

  test('is matched by the system prompt that the client sends with every request', async () => {
    const system: ChatMessage = { role: 'system', content: uniqueWord('Be') };
    const [question, answer, next] = [uniqueWord('Q'), uniqueWord('A'), uniqueWord('Q')];
    app.api.answer(text(answer));
    await ask(app, [system, user(question)]);

    const { path } = await ask(app, [system, user(question), assistant(answer), user(next)]);

    expect(path).toBe('live');
    expect(requestFor(app.api, next).system).toEqual([system.content]);
  });

  test('after an answer that reached its token limit is replayed, and the next one is live', async () => {
    const [question, next, last] = [uniqueWord('Q'), uniqueWord('Q'), uniqueWord('Q')];
    app.api.answer(text('half'), stop('max_tokens'));
    await ask(app, [user(question)]);
    const history = [user(question), assistant('half'), user(next)];

    const second = await ask(app, history);
    const third = await ask(app, [...history, assistant(second.text), user(last)]);

    expect([second.path, third.path]).toEqual(['replay', 'live']);
    expect(transcriptSeenByApi(requestFor(app.api, last))).toEqual(lines(...history, assistant('OK'), user(last)));
  });
});

describe('a history that a process holds in part', () => {
  test('a regenerated answer is given by the same process, and the older branch is still found', async () => {
    const { first, history } = await oneTurnChat();
    const question = user(uniqueWord('Q'));
    app.api.answer(text('B1'));
    app.api.answer(text('B2'));

    const one = await ask(app, [...history, question]);
    const other = await ask(app, [...history, question]);
    const ends = [user(uniqueWord('Q')), user(uniqueWord('Q'))] as const;
    const older = await ask(app, [...history, question, assistant('B1'), ends[0]]);
    const newer = await ask(app, [...history, question, assistant('B2'), ends[1]]);

    expect([one.path, other.path, older.path, newer.path]).toEqual(['live', 'rewind', 'rewind', 'rewind']);
    expect([one.conversation, older.conversation]).toEqual([first.conversation, first.conversation]);
    expect(newer.conversation).toBe(other.conversation);
    expect(transcriptSeenByApi(requestFor(app.api, `${ends[0].content}`))).toEqual(
      lines(...history, question, assistant('B1'), ends[0]),
    );
    expect(transcriptSeenByApi(requestFor(app.api, `${ends[1].content}`))).toEqual(
      lines(...history, question, assistant('B2'), ends[1]),
    );
  });

  test('an edited first message begins another chat, and the older one is still found', async () => {
    const { first, history } = await oneTurnChat();
    const edited = [user(uniqueWord('Q')), assistant('OK'), user(uniqueWord('Q'))] as const;

    const other = await ask(app, [edited[0]]);
    const second = await ask(app, [...edited]);
    const older = await ask(app, [...history, user(uniqueWord('Q'))]);

    expect([other.path, second.path]).toEqual(['new', 'live']);
    expect(older.path).toBe('live');
    expect(older.conversation).toBe(first.conversation);
    expect(transcriptSeenByApi(requestFor(app.api, `${edited[2].content}`))).toEqual(lines(...edited));
  });

  test('of two requests with one history at once, one takes the process and the other gets its own', async () => {
    const { history } = await oneTurnChat();
    const [one, other] = [user(uniqueWord('Q')), user(uniqueWord('Q'))];

    const answers = await Promise.all([ask(app, [...history, one]), ask(app, [...history, other])]);

    expect(answers.map(({ path }) => path).sort()).toEqual(['live', 'replay']);
    expect(transcriptSeenByApi(requestFor(app.api, `${one.content}`))).toEqual(lines(...history, one));
    expect(transcriptSeenByApi(requestFor(app.api, `${other.content}`))).toEqual(lines(...history, other));
  });

  test('two chats with the same history so far never share a process', async () => {
    const [question, answer] = [user(uniqueWord('Q')), uniqueWord('A')];
    app.api.setDefaultAnswer(text(answer));
    const starts = [await ask(app, [question]), await ask(app, [question])];
    const ends = [user(uniqueWord('Q')), user(uniqueWord('Q'))] as const;

    const answers = [];
    for (const end of ends) answers.push(await ask(app, [question, assistant(answer), end]));

    expect(new Set(starts.map(({ conversation }) => conversation)).size).toBe(2);
    expect(answers.map(({ path }) => path)).toEqual(['live', 'live']);
    expect(new Set(answers.map(({ conversation }) => conversation)).size).toBe(2);
    for (const end of ends) {
      expect(transcriptSeenByApi(requestFor(app.api, `${end.content}`))).toEqual(
        lines(question, assistant(answer), end),
      );
    }
  });
});

const RED = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
const BLUE = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

describe('images, documents and tool calls in a history', () => {
  const picture = (text: string, data: string): ChatMessage =>
    user([
      { type: 'text', text },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } },
    ]);

  test('the same image finds the process, another image does not', async () => {
    const question = uniqueWord('Q');
    await ask(app, [picture(question, RED)]);

    const other = await ask(app, [picture(question, BLUE), assistant('OK'), user(uniqueWord('Q'))]);
    const same = await ask(app, [picture(question, RED), assistant('OK'), user(uniqueWord('Q'))]);

    expect([other.path, same.path]).toEqual(['replay', 'live']);
  });

  test('a PDF reaches the model, and the same PDF finds the process, another one does not', async () => {
    const pdf = (version: string) => Buffer.from(`%PDF-${version}`).toString('base64');
    const document = (text: string, version: string): ChatMessage =>
      user([
        { type: 'text', text },
        { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${pdf(version)}` } },
      ]);
    const [question, next] = [uniqueWord('Q'), uniqueWord('Q')];
    await ask(app, [document(question, '1.4')]);

    const other = await ask(app, [document(question, '1.7'), assistant('OK'), user(uniqueWord('Q'))]);
    const same = await ask(app, [document(question, '1.4'), assistant('OK'), user(next)]);

    expect([other.path, same.path]).toEqual(['replay', 'live']);
    expect(requestFor(app.api, next).history[0]?.content[1]).toEqual({
      type: 'document',
      source: { type: 'base64', media_type: 'application/pdf', data: pdf('1.4') },
      title: 'a.pdf',
    });
  });

  const call = (id: string, city: string): ChatMessage => ({
    role: 'assistant',
    content: null,
    tool_calls: [{ id, type: 'function', function: { name: 'weather', arguments: JSON.stringify({ city }) } }],
  });
  const result = (id: string, content: string): ChatMessage => ({ role: 'tool', tool_call_id: id, content });

  test('a tool call and its result reach the model, and are found again whatever id the client gives the call', async () => {
    const question = user(uniqueWord('Q'));
    const next = user(uniqueWord('Q'));
    const first = await ask(app, [question, call('call_1', 'Oslo'), result('call_1', 'rain')]);
    const second = await ask(app, [
      ...[question, call('other', 'Oslo'), result('other', 'rain'), assistant(first.text)],
      next,
    ]);

    expect([first.path, second.path]).toEqual(['replay', 'live']);
    expect(transcriptSeenByApi(requestFor(app.api, `${next.content}`))).toEqual([
      `user: ${question.content}`,
      'assistant: [weather {"city":"Oslo"}]',
      'user: [result [{"type":"text","text":"rain"}]]',
      'assistant: OK',
      `user: ${next.content}`,
    ]);
  });

  test.each([
    ['result', 'Oslo', 'snow'],
    ['call', 'Bergen', 'rain'],
  ])('another tool %s makes another history', async (_, city, weather) => {
    const question = user(uniqueWord('Q'));
    await ask(app, [question, call('call_1', 'Oslo'), result('call_1', 'rain')]);

    const changed = [question, call('call_1', city), result('call_1', weather), assistant('OK')];
    const { path } = await ask(app, [...changed, user(uniqueWord('Q'))]);

    expect(path).toBe('replay');
  });
});

describe('a process that dies', () => {
  test('while it waits for a follow-up is replaced, and the history is replayed', async () => {
    const { first, history } = await oneTurnChat();
    await killProcessOf(app, first.conversation);
    const next = user(uniqueWord('Q'));

    const second = await ask(app, [...history, next]);

    expect([second.path, second.conversation]).toEqual(['replay', first.conversation]);
    expect(transcriptSeenByApi(requestFor(app.api, `${next.content}`))).toEqual(lines(...history, next));
  });

  test('before the first text is replaced, and the request is answered', async () => {
    const { first, history } = await oneTurnChat();
    const waiting = gate();
    app.api.answer(waiting);
    app.api.answer(text('from another'));
    const next = user(uniqueWord('Q'));
    const answer = ask(app, [...history, next]);
    await waiting.reached;
    const { pid } = conversationRow(app, first.conversation);

    process.kill(pid as number, 'SIGKILL');

    expect(await answer).toMatchObject({ status: 200, text: 'from another', path: 'replay' });
    expect(transcriptSeenByApi(requestFor(app.api, `${next.content}`))).toEqual(lines(...history, next));
  });

  test('in the middle of an answer ends it with an error, and the conversation stays as it was', async () => {
    const { first, history } = await oneTurnChat();
    app.api.answer(text('par'), gate());
    const next = user(uniqueWord('Q'));
    const answer = await startStream(app, [...history, next]);

    process.kill(conversationRow(app, first.conversation).pid as number, 'SIGKILL');

    expect(await answer.rest()).toContain('"error"');
    const again = await ask(app, [...history, next]);
    expect([again.status, again.path]).toEqual([200, 'replay']);
    expect(transcriptSeenByApi(requestFor(app.api, `${next.content}`))).toEqual(lines(...history, next));
  });
});

test('a client that hangs up in the middle of an answer leaves the conversation as it was', async () => {
  const { first, history } = await oneTurnChat();
  app.api.answer(text('par'), gate());
  const next = user(uniqueWord('Q'));
  const answer = await startStream(app, [...history, next]);

  answer.hangUp();

  await waitForTurnEnd(app, first.conversation);
  const again = await ask(app, [...history, next]);
  expect([again.path, again.conversation]).toEqual(['live', first.conversation]);
  expect(transcriptSeenByApi(requestFor(app.api, `${next.content}`))).toEqual(lines(...history, next));
});
