/** What clients send that no client should send, and how they leave; and a server that stops while it answers. */
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import {
  bodyOf,
  type Dialect,
  type FaultRequest,
  HANGS_AFTER_MS,
  type Outcome,
  PATHS,
  request,
} from '../../support/dialectClient';
import { type Gate, gate, text } from '../../support/messagesApi';
import type { TestApp } from '../../support/testApp';
import { ANSWERED, SETTINGS, TOLD, testFaults, urlOf } from './testFaults';

const sendBody = (body: (options: FaultRequest) => string) => (app: TestApp, dialect: Dialect, options: FaultRequest) =>
  request(urlOf(app), dialect, { ...options, body: body(options) });

/** Fields in the order in which all dialects have them, with the messages as JSON. */
const withMessages = (messages: string) =>
  sendBody(({ stream }) => `{"model":"sonnet","max_tokens":100,"stream":${stream},"messages":${messages}}`);

const ones = (bytes: number) => `[${'1,'.repeat(bytes / 2)}1]`;

/** What a client has that leaves before the first byte. */
const NOTHING: Outcome = {
  status: 0,
  headers: new Headers(),
  text: '',
  thinking: '',
  calls: [],
  ending: 'cut',
  message: '',
};

/** Sends the request and closes the connection as soon as the API has it. */
async function hangUp(app: TestApp, dialect: Dialect, options: FaultRequest): Promise<Outcome> {
  const outgoing = httpRequest(`${urlOf(app)}${PATHS[dialect]}`, {
    method: 'POST',
    headers: { 'user-agent': options.client, ...options.headers },
    agent: false,
  });
  outgoing.on('error', () => {});
  outgoing.end(JSON.stringify(bodyOf(dialect, options)));
  const word = options.client ?? '';
  while (!app.api.requests.some(({ history }) => JSON.stringify(history).includes(word))) await sleep(20);
  outgoing.destroy();
  return NOTHING;
}

/** By the request's word. */
const gates = new Map<string, Gate>();

/** Gives up before the first byte and sends the request again, as the packages of OpenAI and Anthropic do after their time-out. */
async function giveUpAndRetry(app: TestApp, dialect: Dialect, options: FaultRequest): Promise<Outcome> {
  await hangUp(app, dialect, { ...options, headers: { 'x-stainless-retry-count': '0' } });
  const second = request(urlOf(app), dialect, { ...options, headers: { 'x-stainless-retry-count': '1' } });
  const attempts = () => app.core.snapshot().requests.filter(({ client }) => client === options.client);
  while (attempts().length < 2) await sleep(20);
  gates.get(options.client ?? '')?.open();
  return second;
}

/** Sends header lines and a body that Node's `fetch` does not send. @param headers further lines @param length of the body, of which a part is sent */
function sendRaw(headers: readonly string[], length?: number) {
  return async (app: TestApp, dialect: Dialect, options: FaultRequest): Promise<Outcome> => {
    const body = JSON.stringify(bodyOf(dialect, options));
    const size = ['Content-Length', String(length ?? body.length)];
    const outgoing = httpRequest(`${urlOf(app)}${PATHS[dialect]}`, {
      method: 'POST',
      headers: ['Host', 'localhost', 'User-Agent', options.client ?? '', ...size, ...headers],
      agent: false,
    });
    outgoing.write(body);
    if (length === undefined) outgoing.end();
    const [response] = await once(outgoing, 'response', { signal: AbortSignal.timeout(HANGS_AFTER_MS) });
    // The server closes the connection behind its answer, since the rest of the request is not read.
    outgoing.on('error', () => {});
    const { error } = JSON.parse(await readAll(response));
    const message = typeof error === 'string' ? error : error.message;
    return { ...NOTHING, status: response.statusCode, ending: 'error', message };
  };
}

/** Asks for an answer of 20 MB and does not read it. */
async function neverRead(app: TestApp, dialect: Dialect, options: FaultRequest): Promise<Outcome> {
  const body = JSON.stringify(bodyOf(dialect, options));
  const socket = connect(Number(new URL(urlOf(app)).port), '127.0.0.1');
  socket.on('error', () => {}).pause();
  const head = `POST ${PATHS[dialect]} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: ${options.client}\r\n`;
  socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
  const isOver = () => app.core.snapshot().requests.find(({ client }) => client === options.client)?.durationMs ?? null;
  await expect.poll(isOver, { timeout: HANGS_AFTER_MS }).not.toBeNull();
  socket.destroy();
  return NOTHING;
}

testFaults(
  'clients',
  {
    options: () => ({
      settings: SETTINGS,
      readerTimeoutMs: 1_000,
      bodyLimits: { silentMs: 1_000, slowAfterMs: 10_000 },
    }),
    faults: {
      'More than 2,000 header lines': {
        send: sendRaw(Array.from({ length: 2_001 }, () => ['a', '']).flat()),
        expected: TOLD,
      },
      'A body that stops arriving': {
        when: 'after 60 s (`BODY_LIMITS.silentMs`)',
        send: sendRaw([], 1_000_000),
        expected: TOLD,
      },
      'A client that does not read its answer': {
        when: 'after 5 min (`READER_TIMEOUT_MS`)',
        answer: () => [text(...Array.from({ length: 400 }, () => 'x'.repeat(50_000)))],
        send: neverRead,
        expected: { whole: 'cut', streamed: 'cut' },
      },
      '6 MB of `{"messages":[1,1,1,…]}`': { send: withMessages(ones(6_000_000)), expected: TOLD },
      'A body that is nested 20,000 levels deep': {
        send: withMessages(`${'['.repeat(20_000)}${']'.repeat(20_000)}`),
        expected: TOLD,
      },
      'A text of more than 32 MB': { send: withMessages(`"${'x'.repeat(40 * 1024 * 1024)}"`), expected: TOLD },
      'A body of more than 64 MB': {
        send: withMessages(`[${Array.from({ length: 3 }, () => `"${'x'.repeat(22 * 1024 * 1024)}"`).join()}]`),
        expected: TOLD,
      },
      'A client that hangs up before the first byte': {
        answer: () => [gate(), text('Never.')],
        send: hangUp,
        expected: { whole: 'cut', streamed: 'cut' },
      },
      'A client that gives up before the first byte and asks again (the model runs once)': {
        answer: (word) => {
          const held = gate();
          gates.set(word, held);
          return [held, text('It is sunny.')];
        },
        send: giveUpAndRetry,
        expected: ANSWERED,
      },
    },
  },
  {
    options: () => ({ settings: { ...SETTINGS, stopGraceSeconds: 0 } }),
    faults: {
      'The server stops in the middle of the answer': {
        when: 'after 10 s (`stopGraceSeconds`)',
        answer: () => [text('It is'), gate(), text(' sunny.')],
        at: 'output',
        during: async ({ core }) => void (await core.calls['server.stop']()),
        heal: async ({ core }) => void (await core.calls['server.start']()),
        expected: TOLD,
      },
    },
  },
);
