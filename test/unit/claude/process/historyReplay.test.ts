/** Which messages of a history are appended without a turn, and in which order all are sent, with a script in place of the CLI. */
import { describe, expect, test } from 'vitest';
import { replayHistory, textsWithoutTurn } from '../../../../app/claude/process/historyReplay';
import type { ApiBlock, ApiMessage } from '../../../../app/claude/process/outgoingMessages';

const say = (role: ApiMessage['role'], ...content: ApiBlock[]): ApiMessage => ({ role, content });
const text = (value: string): ApiBlock => ({ type: 'text', text: value });
const exchanges = (count: number, question = (at: number): ApiMessage => say('user', text(`q${at}`))) =>
  Array.from({ length: count }, (_, at) => [question(at), say('assistant', text(`a${at}`))]).flat();
const textsOf = (history: readonly ApiMessage[]) => [...textsWithoutTurn(history).values()];

describe('textsWithoutTurn', () => {
  test('leaves the last eight messages and each sixteenth to be turns', () => {
    const turns = [0, 16, 32, 33, 34, 35, 36, 37, 38, 39, 40];

    const texts = textsOf(exchanges(41));

    expect(texts).toEqual(Array.from({ length: 41 }, (_, at) => `q${at}`).filter((_, at) => !turns.includes(at)));
  });

  test('has none for a short history', () => {
    expect(textsOf(exchanges(9))).toEqual([]);
  });

  const RESULT: ApiBlock = { type: 'tool_result', tool_use_id: 't', content: [], is_error: false };
  const IMAGE: ApiBlock = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: '' } };
  test.each<[string, ApiBlock[]]>([
    ['two texts', [text('one'), text('two')]],
    ['a result of a tool', [RESULT]],
    ['an image', [IMAGE]],
    ['an image and a text', [IMAGE, text('What is it?')]],
    ['a blank text', [text(' \n')]],
    ['a text with a breakpoint', [{ type: 'text', text: 'one', cache_control: { type: 'ephemeral' } }]],
    ['nothing', []],
  ])('leaves a message with %s to be a turn', (_, content) => {
    expect(textsOf(exchanges(12, (at) => (at === 2 ? say('user', ...content) : say('user', text(`q${at}`)))))).toEqual([
      'q1',
      'q3',
    ]);
  });
});

describe('replayHistory', () => {
  const replayed = async (
    history: readonly ApiMessage[],
    appendsTexts: boolean,
    signal = new AbortController().signal,
  ) => {
    const steps: string[] = [];
    const held = { addText: () => steps.push('text'), anchorGreeting: async () => {} };
    const first = ({ content }: ApiMessage) => (content[0]?.type === 'text' ? content[0].text : '');
    await replayHistory(
      history,
      {
        held,
        appendsTexts,
        append: async (message) => void steps.push(first(message)),
        send: async (message) => {
          if ('local_command_source' in message) steps.push(`text ${message.local_command_source}`);
          else if (message.type === 'assistant')
            steps.push(first({ ...message.message, content: [...message.message.content] }));
        },
      },
      signal,
    );
    return steps;
  };

  test('counts each text before it is sent, in the order of the history', async () => {
    expect((await replayed(exchanges(10), true)).slice(0, 6)).toEqual(['q0', 'a0', 'text', 'text q1', 'a1', 'q2']);
  });

  test('sends turns alone where the CLI does not take texts so', async () => {
    const all = exchanges(10).map(({ content }) => (content[0]?.type === 'text' ? content[0].text : ''));

    expect(await replayed(exchanges(10), false)).toEqual(all);
  });

  test('sends nothing once it is aborted', async () => {
    const controller = new AbortController();
    controller.abort(new Error('gone'));

    await expect(replayed(exchanges(10), true, controller.signal)).rejects.toThrow('gone');
  });
});
