/** Which answer belongs to which question: two arrays in place of the pipe. */
import { describe, expect, test } from 'vitest';
import { createChannel } from '../../../../app/claude/process/channel';
import { type CliMessage, ProtocolError } from '../../../../app/claude/process/messages';
import { createProtocol, type ProtocolOptions } from '../../../../app/claude/process/protocol';

const RESULT = { type: 'result', subtype: 'success', is_error: false };

describe('questions of ours', () => {
  test('each is answered with its own answer, in whatever order they come', async () => {
    const { protocol, sent, say, end } = open();
    const first = protocol.request({ subtype: 'initialize', systemPrompt: [] });
    const second = protocol.request({ subtype: 'interrupt' });
    const [one, two] = sent.map(requestId);

    await say(success(two, 'second'));
    await say(success(one, 'first'));

    expect(await Promise.all([first, second])).toEqual(['first', 'second']);
    await end();
  });

  test('each has an id of its own and says what it asks', async () => {
    const { protocol, sent, end } = open();
    const asked = [
      protocol.request({ subtype: 'set_model', model: 'haiku' }),
      protocol.request({ subtype: 'interrupt' }),
    ].map((request) => request.catch(() => {}));

    expect(sent).toMatchObject([
      { type: 'control_request', request: { subtype: 'set_model', model: 'haiku' } },
      { type: 'control_request', request: { subtype: 'interrupt' } },
    ]);
    expect(new Set(sent.map(requestId)).size).toBe(2);
    await end();
    await Promise.all(asked);
  });

  test('a refusal rejects with the words of the CLI', async () => {
    const { protocol, sent, say, end } = open();
    const asked = protocol.request({ subtype: 'set_model', model: 'gpt-4' });

    await Promise.all([
      expect(asked).rejects.toThrow('no such model'),
      say({
        type: 'control_response',
        response: { subtype: 'error', request_id: requestId(sent[0]), error: 'no such model' },
      }),
    ]);
    await end();
  });

  test('an answer to nothing that was asked is passed over', async () => {
    const { protocol, sent, say, end } = open();
    const asked = protocol.request({ subtype: 'interrupt' });

    await say(success('nobody', 1));
    await say(success(requestId(sent[0]), 2));

    expect(await asked).toBe(2);
    await end();
  });

  test('the end of the lines rejects those that wait', async () => {
    const { protocol, end } = open();
    const asked = protocol.request({ subtype: 'interrupt' });

    await Promise.all([expect(asked).rejects.toThrow('the CLI has ended'), end()]);
  });

  test('after the end a question is refused and nothing is written', async () => {
    const { protocol, sent, end } = open();
    await end();

    await expect(protocol.request({ subtype: 'interrupt' })).rejects.toThrow('the CLI has ended');
    expect(sent).toEqual([]);
  });

  test('a pipe that takes nothing rejects the question', async () => {
    const broken = createProtocol(
      { send: () => Promise.reject(new Error('EPIPE')), lines: lines([]) },
      { onMessage: () => {} },
    );

    await expect(broken.request({ subtype: 'interrupt' })).rejects.toThrow('EPIPE');
  });
});

describe('messages', () => {
  test('those of a turn arrive in order', async () => {
    const { received, say, end } = open();

    await say({ type: 'stream_event', event: { type: 'content_block_stop', index: 0 } });
    await say(RESULT);
    await end();

    expect(received.map(({ type }) => type)).toEqual(['stream_event', 'result']);
  });

  test('no line is read before the one ahead of it has been dealt with', async () => {
    const slow = createChannel<string>();
    let dealtWith = 0;
    let most = 0;
    let open = 0;
    const protocol = createProtocol(
      { send: async () => {}, lines: lines([RESULT, RESULT, RESULT]) },
      {
        onMessage: async () => {
          open += 1;
          most = Math.max(most, open);
          await slow.push('');
          await new Promise(setImmediate);
          open -= 1;
          dealtWith += 1;
        },
      },
    );

    await protocol.run();

    expect({ dealtWith, most }).toEqual({ dealtWith: 3, most: 1 });
  });

  test.each([
    ['a type that is not known', { type: 'ui_invalidate', what: 'ever' }],
    ['a system line that is not known', { type: 'system', subtype: 'status', status: 'requesting' }],
    ['a stream event that is not known', { type: 'stream_event', event: { type: 'ping' } }],
    [
      'an event of somebody else’s turn',
      { type: 'stream_event', parent_tool_use_id: 'toolu_1', event: { type: 'message_stop' } },
    ],
  ])('%s is ignored', async (_, message) => {
    const { received, say, end } = open();

    await say(message);
    await say(RESULT);
    await end();

    expect(received.map(({ type }) => type)).toEqual(['result']);
  });

  test('a field that is not known passes', async () => {
    const { received, say, end } = open();

    await say({ ...RESULT, invented: { later: true }, result: 'Hello' });
    await end();

    expect(received).toMatchObject([{ type: 'result', result: 'Hello' }]);
  });

  test.each([
    ['a line that is not JSON', 'Segmentation fault'],
    ['JSON that is no message', '[1, 2]'],
    ['a known type without the fields it must have', '{"type":"result"}'],
  ])('%s ends the conversation with what is wrong', async (_, line) => {
    const protocol = createProtocol({ send: async () => {}, lines: lines([line]) }, { onMessage: () => {} });
    const asked = protocol.request({ subtype: 'interrupt' });

    await Promise.all([
      expect(protocol.run()).rejects.toThrow(ProtocolError),
      expect(asked).rejects.toThrow(ProtocolError),
    ]);
  });

  test('what cannot be understood is not quoted at length: it may be a prompt', async () => {
    const secret = `not json ${'secret '.repeat(100)}`;
    const protocol = createProtocol({ send: async () => {}, lines: lines([secret]) }, { onMessage: () => {} });

    const error = await protocol.run().catch((reason: Error) => reason);

    expect(error).toBeInstanceOf(ProtocolError);
    expect(String(error)).not.toContain('secret secret');
  });
});

describe('questions of the CLI’s', () => {
  const permission = {
    type: 'control_request',
    request_id: 'p1',
    request: { subtype: 'can_use_tool', tool_name: 'Bash', input: { command: 'id' } },
  };

  test('a tool is denied', async () => {
    const { sent, say, end } = open();

    await say(permission);
    await end();

    expect(sent).toEqual([
      {
        type: 'control_response',
        response: { subtype: 'success', request_id: 'p1', response: { behavior: 'deny', message: expect.any(String) } },
      },
    ]);
  });

  test('all else is refused', async () => {
    const { sent, say, end } = open();

    await say({ type: 'control_request', request_id: 'h1', request: { subtype: 'hook_callback' } });
    await end();

    expect(sent).toMatchObject([{ response: { subtype: 'error', request_id: 'h1' } }]);
  });

  test('they are answered by whoever was asked to', async () => {
    const { sent, say, end } = open({ onRequest: async ({ request }) => ({ heard: request.subtype }) });

    await say(permission);
    await end();

    expect(sent).toMatchObject([{ response: { subtype: 'success', response: { heard: 'can_use_tool' } } }]);
  });
});

type Sent = { type: string; request_id?: string; response?: unknown };

function open(options: Partial<ProtocolOptions> = {}) {
  const sent: Sent[] = [];
  const received: CliMessage[] = [];
  const incoming = createChannel<string>();
  const protocol = createProtocol(
    { send: async (line) => void sent.push(JSON.parse(line)), lines: incoming },
    { onMessage: (message) => void received.push(message), ...options },
  );
  const running = protocol.run();
  return {
    protocol,
    sent,
    received,
    say: (message: unknown) => incoming.push(JSON.stringify(message)),
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
