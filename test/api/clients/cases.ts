/**
 * The columns of the table. Each case scripts the model's answer, and checks what the package returns to its user and what the model
 * receives. Every package that supports the feature has to pass.
 */
import { expect } from 'vitest';
import { z } from 'zod';
import {
  gate,
  hang,
  httpError,
  type RecordedRequest,
  type Step,
  stop,
  text,
  thinking,
  toolUse,
  usage,
} from '../../support/messagesApi';
import type { TestApp } from '../../support/testApp';
import type { Client, Connection, Tool, Turn } from './client';
import type { CaseName } from './names';

export interface Cell {
  readonly client: Client;
  readonly app: TestApp;
  /** A connection to the app. */
  readonly connection: Connection;
  /** A connection to an app whose CLI is not signed in. */
  readonly signedOut: Connection;
  /** A text that is unique to this cell. */
  readonly question: string;
}

export const CASES: Readonly<Record<CaseName, (cell: Cell) => Promise<void>>> = {
  async chat({ app, client, connection, question }) {
    const requests = script(app, question, [text('Hel', 'lo'), usage({ input: 7, output: 2 })]);
    const answer = await connection.chat({ turns: [user(question)] });
    expect(answer).toEqual({
      text: 'Hello',
      thinking: '',
      finish: client.finishReasons.end,
      usage: { input: 7, output: 2 },
    });
    expect(requests()).toMatchObject([{ history: [textMessage('user', question)], body: { stream: true } }]);
  },

  async stream({ app, client, connection, question }) {
    const rest = gate();
    script(app, question, [text('first '), rest, text('second'), usage({ input: 7, output: 2 })]);
    const pieces: string[] = [];
    const answer = await connection.stream({ turns: [user(question)] }, (piece) => {
      pieces.push(piece);
      // The first piece opens the gate: a package that waits for the whole answer would wait forever.
      rest.open();
    });
    expect(pieces).toEqual(['first ', 'second']);
    expect(answer).toEqual({
      text: 'first second',
      thinking: '',
      finish: client.finishReasons.end,
      usage: { input: 7, output: 2 },
    });
  },

  async 'multi-turn'({ app, connection, question }) {
    const requests = script(app, question, [text('Apple.')], [text('Red.')]);
    const system = 'Answer in one word.';
    const turns: Turn[] = [user(question)];
    const first = await connection.chat({ system, turns });
    turns.push({ role: 'assistant', text: first.text }, user('Its colour?'));
    expect((await connection.chat({ system, turns })).text).toBe('Red.');
    expect(requests().at(-1)).toMatchObject({
      system: [system],
      history: [textMessage('user', question), textMessage('assistant', 'Apple.'), textMessage('user', 'Its colour?')],
    });
    expect(served(app)).toBe('live');
  },

  async 'one tool'(cell) {
    const { weather, calls } = tools();
    const requests = script(
      cell.app,
      cell.question,
      [toolUse('get_weather', { city: 'Oslo' }, { id: 'toolu_a' })],
      [text('Cold.')],
    );
    const answer = await cell.connection.runTools({ turns: [user(cell.question)] }, [weather]);
    expect(answer).toMatchObject({ text: 'Cold.', finish: cell.client.finishReasons.end });
    expect(calls).toEqual(['get_weather Oslo']);
    expect(requests()[0]?.body.tools).toMatchObject([
      {
        name: 'get_weather',
        description: weather.description,
        input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
      },
    ]);
    expectCallsInHistory(cell, requests(), [[{ id: 'toolu_a', city: 'Oslo', result: '4 degrees in Oslo' }]]);
  },

  async 'two tools'(cell) {
    const { weather, time, calls } = tools();
    const requests = script(
      cell.app,
      cell.question,
      [
        toolUse('get_weather', { city: 'Oslo' }, { id: 'toolu_a' }),
        toolUse('get_time', { city: 'Rome' }, { id: 'toolu_b' }),
      ],
      [text('Cold and late.')],
    );
    const answer = await cell.connection.runTools({ turns: [user(cell.question)] }, [weather, time]);
    expect(answer).toMatchObject({ text: 'Cold and late.', finish: cell.client.finishReasons.end });
    expect(calls.sort()).toEqual(['get_time Rome', 'get_weather Oslo']);
    expectCallsInHistory(cell, requests(), [
      [
        { id: 'toolu_a', city: 'Oslo', result: '4 degrees in Oslo' },
        { id: 'toolu_b', city: 'Rome', result: 'noon in Rome' },
      ],
    ]);
  },

  async 'three rounds'(cell) {
    const { weather, calls } = tools();
    const cities = ['Oslo', 'Rome', 'Bern'];
    const rounds = cities.map((city) => [toolUse('get_weather', { city }, { id: `toolu_${city}` })]);
    const requests = script(cell.app, cell.question, ...rounds, [text('All cold.')]);
    const answer = await cell.connection.runTools({ turns: [user(cell.question)] }, [weather]);
    expect(answer).toMatchObject({ text: 'All cold.', finish: cell.client.finishReasons.end });
    expect(calls).toEqual(cities.map((city) => `get_weather ${city}`));
    expectCallsInHistory(
      cell,
      requests(),
      cities.map((city) => [{ id: `toolu_${city}`, city, result: `4 degrees in ${city}` }]),
    );
  },

  async 'tool error'(cell) {
    const { weather } = tools();
    const requests = script(
      cell.app,
      cell.question,
      [toolUse('get_weather', { city: 'Nowhere' }, { id: 'toolu_a' })],
      [text('Where?')],
    );
    const answer = await cell.connection.runTools({ turns: [user(cell.question)] }, [weather]);
    expect(answer.text).toBe('Where?');
    expectCallsInHistory(cell, requests(), [
      [{ id: 'toolu_a', city: 'Nowhere', result: 'there is no such city', isError: true }],
    ]);
  },

  async 'structured output'({ app, connection, question }) {
    // Some packages request an answer that follows a schema, others a tool call with that schema. Both give the model one tool.
    const requests = script(app, question, (request) => [
      toolUse(request.body.tools?.[0]?.name ?? '', { city: 'Oslo', degrees: 4 }),
    ]);
    const schema = z.object({ city: z.string(), degrees: z.number() });
    expect(await connection.object({ turns: [user(question)] }, schema)).toEqual({ city: 'Oslo', degrees: 4 });
    expect(requests()[0]?.body.tools).toMatchObject([
      {
        input_schema: {
          type: 'object',
          properties: { city: { type: 'string' }, degrees: { type: 'number' } },
          required: ['city', 'degrees'],
        },
      },
    ]);
  },

  async image({ app, connection, question }) {
    const requests = script(app, question, [text('A dot.')]);
    expect((await connection.chat({ turns: [user(question)], image: PNG })).text).toBe('A dot.');
    const [request] = requests();
    expect(request?.history).toHaveLength(1);
    expect(request?.history[0]?.content).toHaveLength(2);
    expect(request?.history[0]?.content).toEqual(
      expect.arrayContaining([
        { type: 'text', text: question },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
      ]),
    );
  },

  async thinking({ app, client, connection, question }) {
    const requests = script(
      app,
      question,
      [thinking('Hm, ', 'well.'), text('Yes.')],
      [thinking('Hm, ', 'well.'), text('Yes.')],
    );
    const turns = [user(question)];
    expect(await connection.chat({ turns, think: true })).toMatchObject({ text: 'Yes.', thinking: 'Hm, well.' });
    const pieces: string[] = [];
    const streamed = await connection.stream({ turns, think: true }, (piece) => pieces.push(piece));
    expect(streamed).toMatchObject({ text: 'Yes.', thinking: 'Hm, well.' });
    expect(pieces).toEqual(['Yes.']);
    expect(requests()).toHaveLength(2);
    for (const { body } of requests()) {
      expect(body.thinking).toMatchObject({ display: 'summarized' });
      if (client.effort !== undefined) expect(body.output_config).toMatchObject({ effort: client.effort });
    }
  },

  async stop({ app, client, connection, question }) {
    const requests = script(app, question, [text('Hello'), stop('stop_sequence', 'END')]);
    const answer = await connection.chat({ turns: [user(question)], stop: 'END' });
    expect(answer).toMatchObject({ text: 'Hello', finish: client.finishReasons.stop });
    expect(requests()[0]?.body.stop_sequences).toEqual(['END']);
  },

  async 'max tokens'({ app, client, connection, question }) {
    const requests = script(app, question, [text('Hel'), stop('max_tokens')]);
    const answer = await connection.chat({ turns: [user(question)], maxTokens: 77 });
    expect(answer).toMatchObject({ text: 'Hel', finish: client.finishReasons.length });
    expect(requests()[0]?.body.max_tokens).toBe(77);
  },

  async abort({ app, client, connection, question }) {
    const rest = gate();
    const end = client.continuesAfterAbort ? [] : [hang()];
    const requests = script(app, question, [text('first '), rest, text('second'), ...end]);
    const leave = new AbortController();
    const pieces: string[] = [];
    const left = connection.stream({ turns: [user(question)], signal: leave.signal }, (piece) => {
      pieces.push(piece);
      leave.abort();
      rest.open();
    });
    // Some packages throw, others end the stream; none may report a finish reason.
    expect((await left.catch(() => undefined))?.finish ?? undefined).toBeUndefined();
    expect(pieces[0]).toBe('first ');
    expect(await requests()[0]?.outcome).toBe(client.continuesAfterAbort ? 'answered' : 'aborted');

    const next = `After all, ${question}`;
    script(app, next, [text('Hello')]);
    expect((await connection.chat({ turns: [user(next)] })).text).toBe('Hello');
  },

  async 'wrong model'({ app, connection, question }) {
    const requests = script(app, question);
    const refusal = await refused(connection, connection.chat({ model: 'no-such-model', turns: [user(question)] }));
    expect(refusal).toEqual({ status: 404, message: expect.stringContaining('no-such-model') });
    expect(requests()).toEqual([]);
  },

  async 'signed out'({ signedOut, question }) {
    const refusal = await refused(signedOut, signedOut.chat({ turns: [user(question)] }));
    // 403 in Ollama's dialect, whose clients take 401 for a missing account of Ollama.
    expect([401, 403]).toContain(refusal.status);
    expect(refusal.message).toMatch(/sign(ed)? in/i);
  },

  async '429'({ app, connection, question }) {
    const limit = httpError(429, 'rate_limit_error', 'Slow down.', { 'retry-after': '60' });
    const requests = script(app, question, [limit]);
    const refusal = await refused(connection, connection.chat({ turns: [user(question)] }));
    expect(refusal).toEqual({ status: 429, message: expect.stringMatching(/rate limit.*try again in \d+ s/) });
    expect(requests()).toHaveLength(1);
  },
};

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

type Script = readonly Step[] | ((request: RecordedRequest) => readonly Step[]);

/**
 * Scripts the model's answers in the conversation that starts with the question, in order.
 * @returns a function that returns the requests that the model received in this conversation so far. The CLI's own requests after a
 * token limit come last.
 */
function script(app: TestApp, question: string, ...answers: Script[]): () => readonly RecordedRequest[] {
  const isInConversation = ({ history }: RecordedRequest) =>
    JSON.stringify(history[0]).includes(JSON.stringify(question).slice(1, -1));
  app.api.chooseAnswer((request) => {
    const answer = isInConversation(request) ? answers.shift() : undefined;
    return typeof answer === 'function' ? answer(request) : answer;
  });
  return () => app.api.requests.filter(isInConversation);
}

function user(words: string): Turn {
  return { role: 'user', text: words };
}

function textMessage(role: Turn['role'], words: string) {
  return { role, content: [{ type: 'text', text: words }] };
}

/** How the app served its last request. */
function served(app: TestApp): string | null | undefined {
  return app.core.calls['requests.details'](app.core.snapshot().requests[0]?.id ?? '')?.served;
}

async function refused(connection: Connection, answer: Promise<unknown>) {
  const error = await answer.then(
    () => {
      throw new Error('the request was answered');
    },
    (reason: unknown) => reason,
  );
  return connection.refusal(error);
}

/** @returns two tools, and a list to which their calls are added. */
function tools() {
  const calls: string[] = [];
  const parameters = z.object({ city: z.string() });
  const make = (name: string, description: string, result: string): Tool => ({
    name,
    description,
    parameters,
    run(input) {
      const { city } = parameters.parse(input);
      calls.push(`${name} ${city}`);
      if (city === 'Nowhere') throw new Error('there is no such city');
      return `${result} in ${city}`;
    },
  });
  return {
    calls,
    weather: make('get_weather', 'The weather in a city.', '4 degrees'),
    time: make('get_time', 'The time in a city.', 'noon'),
  };
}

interface ExpectedCall {
  readonly id: string;
  readonly city: string;
  readonly result: string;
  readonly isError?: boolean;
}

/** Checks that the model received its calls and their results, each round in separate messages, in the process that made the calls. */
function expectCallsInHistory(
  { app, client, question }: Cell,
  requests: readonly RecordedRequest[],
  rounds: readonly ExpectedCall[][],
): void {
  const history = requests.at(-1)?.history ?? [];
  if (client.dropsCalls) {
    const words = history.flatMap(({ content }) => content.map((block) => block.text));
    expect(history.map(({ role }) => role)).toEqual(['user']);
    expect(words).toEqual([question, ...rounds.flat().map(({ result }) => expect.stringContaining(result))]);
    return;
  }
  expect(history).toHaveLength(1 + 2 * rounds.length);
  for (const [index, calls] of rounds.entries()) {
    expect(history[1 + 2 * index]).toMatchObject({
      role: 'assistant',
      content: calls.map(({ id, city }) => ({ type: 'tool_use', id, input: { city } })),
    });
    const results = history[2 + 2 * index];
    expect(results?.role).toBe('user');
    expect(results?.content.map(resultBlock).sort((a, b) => a.id.localeCompare(b.id))).toEqual(
      calls.map(({ id, result, isError = false }) => ({
        id,
        text: expect.stringContaining(result),
        isError: isError && client.marksErrors,
      })),
    );
  }
  expect(served(app)).toBe('live');
}

const Result = z.object({
  type: z.literal('tool_result'),
  tool_use_id: z.string(),
  content: z.union([z.string(), z.array(z.object({ type: z.literal('text'), text: z.string() }))]),
  is_error: z.boolean().default(false),
});

function resultBlock(block: unknown) {
  const { tool_use_id, content, is_error } = Result.parse(block);
  const words = typeof content === 'string' ? content : content.map((part) => part.text).join('');
  return { id: tool_use_id, text: words, isError: is_error };
}
