/** Control requests and their responses, with arrays in place of the pipe. */
import { describe, expect, test } from 'vitest';
import { type CliMessage, ProtocolError } from '../../../../app/claude/process/messages';
import { createChannel } from '../../../../app/claude/process/pipe/channel';
import { createProtocol, type ProtocolOptions } from '../../../../app/claude/process/protocol';

const SOON = { timeoutMs: 5_000 };
const RESULT = { type: 'result', subtype: 'success', is_error: false };

describe('requests of the app', () => {
  test('each gets its own response, in whatever order they arrive', async () => {
    const { protocol, sent, receive, end } = open();
    const first = protocol.request({ subtype: 'initialize', systemPrompt: [] }, SOON);
    const second = protocol.request({ subtype: 'interrupt' }, SOON);
    const [one, two] = sent.map(requestId);

    await receive(success(two, 'second'));
    await receive(success(one, 'first'));

    expect(await Promise.all([first, second])).toEqual(['first', 'second']);
    await end();
  });

  test('each is written with an id of its own', async () => {
    const { protocol, sent, end } = open();
    const pending = [
      protocol.request({ subtype: 'set_model', model: 'haiku' }, SOON),
      protocol.request({ subtype: 'interrupt' }, SOON),
    ].map((request) => request.catch(() => {}));

    expect(sent).toMatchObject([
      { type: 'control_request', request: { subtype: 'set_model', model: 'haiku' } },
      { type: 'control_request', request: { subtype: 'interrupt' } },
    ]);
    expect(new Set(sent.map(requestId)).size).toBe(2);
    await end();
    await Promise.all(pending);
  });

  test('an error response rejects the request with the CLI’s error message', async () => {
    const { protocol, sent, receive, end } = open();
    const pending = protocol.request({ subtype: 'set_model', model: 'gpt-4' }, SOON);

    await Promise.all([
      expect(pending).rejects.toThrow('no such model'),
      receive({
        type: 'control_response',
        response: { subtype: 'error', request_id: requestId(sent[0]), error: 'no such model' },
      }),
    ]);
    await end();
  });

  test('a response to an unknown request is ignored', async () => {
    const { protocol, sent, receive, end } = open();
    const pending = protocol.request({ subtype: 'interrupt' }, SOON);

    await receive(success('unknown', 1));
    await receive(success(requestId(sent[0]), 2));

    expect(await pending).toBe(2);
    await end();
  });

  test('the end of the lines rejects pending requests', async () => {
    const { protocol, end } = open();
    const pending = protocol.request({ subtype: 'interrupt' }, SOON);

    await Promise.all([expect(pending).rejects.toThrow('the CLI has ended'), end()]);
  });

  test('a request after the end is rejected and not written', async () => {
    const { protocol, sent, end } = open();
    await end();

    await expect(protocol.request({ subtype: 'interrupt' }, SOON)).rejects.toThrow('the CLI has ended');
    expect(sent).toEqual([]);
  });

  test('a request is rejected where it cannot be written', async () => {
    const broken = createProtocol(
      { send: () => Promise.reject(new Error('EPIPE')), lines: lines([]) },
      { writeMs: 1_000, onMessage: () => {} },
    );

    await expect(broken.request({ subtype: 'interrupt' }, SOON)).rejects.toThrow('EPIPE');
  });
});

describe('messages', () => {
  test('arrive in order', async () => {
    const { received, receive, end } = open();

    await receive({ type: 'stream_event', event: { type: 'content_block_stop', index: 0 } });
    await receive(RESULT);
    await end();

    expect(received.map(({ type }) => type)).toEqual(['stream_event', 'result']);
  });

  test('are read one at a time: no line before onMessage has resolved for the line before', async () => {
    const slow = createChannel<string>();
    let handled = 0;
    let most = 0;
    let open = 0;
    const protocol = createProtocol(
      { send: async () => {}, lines: lines([RESULT, RESULT, RESULT]) },
      {
        writeMs: 1_000,
        onMessage: async () => {
          open += 1;
          most = Math.max(most, open);
          await slow.push('');
          await new Promise(setImmediate);
          open -= 1;
          handled += 1;
        },
      },
    );

    await protocol.run();

    expect({ handled, most }).toEqual({ handled: 3, most: 1 });
  });

  test.each([
    ['an unknown type', { type: 'ui_invalidate', what: 'ever' }],
    ['an unknown system line', { type: 'system', subtype: 'status', status: 'requesting' }],
    ['an unknown stream event', { type: 'stream_event', event: { type: 'ping' } }],
    [
      'an event of a sub-agent’s turn',
      { type: 'stream_event', parent_tool_use_id: 'toolu_1', event: { type: 'message_stop' } },
    ],
  ])('%s is ignored', async (_, message) => {
    const { received, receive, end } = open();

    await receive(message);
    await receive(RESULT);
    await end();

    expect(received.map(({ type }) => type)).toEqual(['result']);
  });

  test('an unknown field is ignored', async () => {
    const { received, receive, end } = open();

    await receive({ ...RESULT, invented: { later: true }, result: 'Hello' });
    await end();

    expect(received).toMatchObject([{ type: 'result', result: 'Hello' }]);
  });

  test.each([
    ['a result without its required fields', '{"type":"result"}'],
    ['an event without its index', '{"type":"stream_event","event":{"type":"content_block_stop"}}'],
    ['a response without an id', '{"type":"control_response","response":{"subtype":"success"}}'],
  ])('%s rejects run and pending requests with a ProtocolError', async (_, line) => {
    const protocol = createProtocol(
      { send: async () => {}, lines: lines([line]) },
      { writeMs: 1_000, onMessage: () => {} },
    );
    const pending = protocol.request({ subtype: 'interrupt' }, SOON);

    await Promise.all([
      expect(protocol.run()).rejects.toThrow(ProtocolError),
      expect(pending).rejects.toThrow(ProtocolError),
    ]);
  });

  test.each([
    ['a line of a log', 'DEBUG sending the request {'],
    ['JSON that is no object', '[1, 2]'],
    ['an object without a type', '{"level":"debug"}'],
    ['a message that no answer depends on and that cannot be read', '{"type":"rate_limit_event","rate_limit_info":7}'],
  ])('%s is skipped and reported', async (_, line) => {
    const noise: string[] = [];
    const received: CliMessage[] = [];
    const protocol = createProtocol(
      { send: async () => {}, lines: lines([line, RESULT, line]) },
      {
        writeMs: 1_000,
        onMessage: (message) => void received.push(message),
        onNoise: (skipped) => noise.push(skipped),
      },
    );

    await protocol.run();

    expect(received.map(({ type }) => type)).toEqual(['result']);
    expect(noise).toEqual([line, line]);
  });
});

describe('requests of the CLI', () => {
  const permission = {
    type: 'control_request',
    request_id: 'p1',
    request: { subtype: 'can_use_tool', tool_name: 'Bash', input: { command: 'id' } },
  };

  test('a tool permission is denied by default', async () => {
    const { sent, receive, end } = open();

    await receive(permission);
    await end();

    expect(sent).toEqual([
      {
        type: 'control_response',
        response: { subtype: 'success', request_id: 'p1', response: { behavior: 'deny', message: expect.any(String) } },
      },
    ]);
  });

  test('every other request gets an error by default', async () => {
    const { sent, receive, end } = open();

    await receive({ type: 'control_request', request_id: 'h1', request: { subtype: 'hook_callback' } });
    await end();

    expect(sent).toMatchObject([{ response: { subtype: 'error', request_id: 'h1' } }]);
  });

  test('each gets the response of onRequest where there is one', async () => {
    const { sent, receive, end } = open({ onRequest: async ({ request }) => ({ subtype: request.subtype }) });

    await receive(permission);
    await end();

    expect(sent).toMatchObject([{ response: { subtype: 'success', response: { subtype: 'can_use_tool' } } }]);
  });
});

type Sent = { type: string; request_id?: string; response?: unknown };

function open(options: Partial<ProtocolOptions> = {}) {
  const sent: Sent[] = [];
  const received: CliMessage[] = [];
  const incoming = createChannel<string>();
  const protocol = createProtocol(
    { send: async (line) => void sent.push(JSON.parse([...line].join(''))), lines: incoming },
    { writeMs: 1_000, onMessage: (message) => void received.push(message), ...options },
  );
  const running = protocol.run();
  return {
    protocol,
    sent,
    received,
    receive: (message: unknown) => incoming.push(JSON.stringify(message)),
    end: async () => {
      incoming.end();
      await running;
    },
  };
}

function requestId(message: Sent | undefined): string {
  return message?.request_id ?? 'none';
}

function success(request_id: string | undefined, response: unknown) {
  return { type: 'control_response', response: { subtype: 'success', request_id, response } };
}

async function* lines(messages: readonly unknown[]): AsyncGenerator<string> {
  for (const message of messages) yield typeof message === 'string' ? message : JSON.stringify(message);
}
