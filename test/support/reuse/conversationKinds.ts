/** Kinds of conversations: whatever a process may have served before it is emptied, and what it serves afterwards. */
import type { ClaudeProcess } from '../../../app/claude/process/claudeProcess';
import {
  ask,
  askUntil,
  DOCUMENT,
  IMAGE,
  leaveToolsOpen,
  NEVER,
  PNG,
  say,
  type ToolResults,
  textResult,
  tool,
} from './turns';

/** @param word is in each text of the conversation. */
export type Conversation = (process: ClaudeProcess, word: string) => Promise<unknown>;
type Kinds = Readonly<Record<string, Conversation>>;

/** Asks one question, and a plain one after it. */
const followed =
  (question: string): Conversation =>
  async (process, word) => {
    await ask(process, `${word} ${question}`);
    await ask(process, `${word} and now?`);
  };

const interrupted =
  (question: string, at: Parameters<typeof askUntil>[2]): Conversation =>
  async (process, word) => {
    const events = await askUntil(process, `${word} ${question}`, at);
    if (events.at(-1)?.type !== at) throw new Error(`no ${at} in the answer to ${question}`);
  };

const then =
  (...steps: readonly Conversation[]): Conversation =>
  async (process, word) => {
    for (const step of steps) await step(process, word);
  };

const plainTurn: Conversation = (process, word) => ask(process, `${word} next?`);

/** An error, an image and a text. */
const mixedResults =
  (word: string): ToolResults =>
  (index) => {
    if (index === 0) return textResult(`Failed, ${word}`, true);
    if (index === 1) return { content: [{ type: 'image', data: PNG, mimeType: 'image/png' }], isError: false };
    return textResult(`Worked, ${word}`);
  };

const replayedTools: Conversation = (process, word) =>
  process.replay(
    [
      say('user', `${word} one`),
      say('assistant', [
        { type: 'text', text: `${word} I call.` },
        { type: 'tool_use', id: 'toolu_fixed1', name: 't0', input: { x: word } },
        { type: 'tool_use', id: 'toolu_fixed2', name: 't1', input: { x: '2' } },
      ]),
      say('user', [
        { type: 'tool_result', tool_use_id: 'toolu_fixed1', content: [{ type: 'text', text: word }], is_error: false },
        { type: 'tool_result', tool_use_id: 'toolu_fixed2', content: [IMAGE], is_error: true },
      ]),
      say('assistant', `${word} done`),
    ],
    NEVER,
  );

const greeting: Conversation = (process, word) => process.replay([say('assistant', `${word} welcome`)], NEVER);

/** Conversations that are also compared with those of a fresh process. The tools of the process are t0, t1 and t2. */
export const COMPARED: Kinds = {
  'of two plain turns': followed('hello'),
  'with a replayed history': async (process, word) => {
    await process.replay(
      [
        say('user', `${word} u1`),
        say('assistant', `${word} a1`),
        say('user', [IMAGE, { type: 'text', text: `${word} u2` }]),
        say('assistant', 'a2'),
      ],
      NEVER,
    );
    await followed('q')(process, word);
  },
  'that begins with a greeting of the model': then(greeting, followed('hello')),
  'with a tool that is called': followed('[[tool]]'),
  'with thinking ahead of a tool call': followed('[[thinkTool]]'),
  'with replayed tool calls': then(replayedTools, followed('q')),
  'with an image and a PDF': async (process, word) => {
    await ask(process, [IMAGE, { type: 'text', text: `${word} what is it?` }]);
    await ask(process, [DOCUMENT, { type: 'text', text: `${word} and this?` }]);
    await plainTurn(process, word);
  },
  'with thinking': then(followed('[[think]]'), followed('[[think]] again')),
  'with flags that are set and reset': async (process, word) => {
    await process.configure({
      effort: 'low',
      maxTokens: 999,
      thinking: 'off',
      extraBody: { stop_sequences: [`${word}!`] },
    });
    await plainTurn(process, word);
    await process.configure({});
    await plainTurn(process, word);
  },
  'whose system prompt changes': async (process, word) => {
    await plainTurn(process, word);
    await process.changeSystem(`${word} You keep the other log.`);
    await plainTurn(process, word);
  },
  'that is rewound to its middle': async (process, word) => {
    await followed('hello')(process, word);
    if (!(await process.rewind(1))) throw new Error('not rewound');
    await plainTurn(process, word);
  },
  'that is interrupted and goes on': then(interrupted('[[hangInText]]', 'text'), plainTurn),
};

/** The others. */
export const ONLY_BEFORE: Kinds = {
  'with redacted thinking': followed('[[redacted]]'),
  'with parallel tool calls': async (process, word) => {
    await ask(process, `${word} [[parallel]]`, mixedResults(word));
    await plainTurn(process, word);
  },
  'interrupted while a tool runs': (process, word) => leaveToolsOpen(process, `${word} [[tool]]`),
  'interrupted while tools run of which one has answered': (process, word) =>
    leaveToolsOpen(process, `${word} [[parallel]]`, ([first = '']) => process.sendToolResult(first, textResult(word))),
  'interrupted while a tool runs that answers too late': async (process, word) => {
    const ids = await leaveToolsOpen(process, `${word} [[tool]]`);
    for (const id of ids) process.sendToolResult(id, textResult(`${word} late`));
  },
  'interrupted while a tool runs, and continued': then(
    (process, word) => leaveToolsOpen(process, `${word} [[tool]]`),
    plainTurn,
  ),
  'with a replayed tool call that has no result': async (process, word) => {
    const call = { type: 'tool_use', id: 'toolu_fixed3', name: 't0', input: { x: word } } as const;
    await process.replay([say('user', `${word} one`), say('assistant', [call])], NEVER);
    await plainTurn(process, word);
  },
  'with a refusal': followed('[[refuse]]'),
  'with a refusal without text': followed('[[refuseAtOnce]]'),
  'with an answer that ends at the token limit': followed('[[limit]]'),
  'with a tool call that ends at the token limit': followed('[[limitInTool]]'),
  'with an answer that ends at a stop sequence': followed('[[stopSequence]]'),
  'with an empty answer': followed('[[empty]]'),
  'with an error 400 of the API': followed('[[error400]]'),
  'with an error 401 of the API': followed('[[error401]]'),
  'with an error 413 of the API': followed('[[error413]]'),
  'with an error 429 of the API': followed('[[error429]]'),
  'that ends with an error of the API': then(plainTurn, (process, word) => ask(process, `${word} [[error400]]`)),
  'interrupted in the middle of a text': interrupted('[[hangInText]]', 'text'),
  'interrupted in the middle of thinking': interrupted('[[hangInThinking]]', 'thinking'),
  'interrupted in the middle of a tool’s input': interrupted('[[hangInTool]]', 'tool_input'),
  'whose signal is aborted before the API answers': async (process, word) => {
    const client = new AbortController();
    const turn = process
      .runTurn([{ type: 'text', text: `${word} [[hangInText]]` }], client.signal)
      [Symbol.asyncIterator]();
    const first = turn.next();
    client.abort();
    await first;
  },
  'of a replay without a question': replayedTools,
  'of a greeting without a question': greeting,
  'whose replay is aborted': async (process, word) => {
    const client = new AbortController();
    const history = Array.from({ length: 20 }, (_, index) => say(index % 2 ? 'assistant' : 'user', `${word} ${index}`));
    const replay = process.replay(history, client.signal).catch(() => {});
    setTimeout(() => client.abort(), 30);
    await replay;
  },
  'without any message': async () => {},
  'whose tools are replaced': async (process, word) => {
    await plainTurn(process, word);
    await process.replaceTools([tool('t0', `${word} tells t0.`, 'y'), tool(`other_${word}`)], NEVER);
    await ask(process, `${word} [[tool]]`);
  },
  'whose tools are replaced while one runs': async (process, word) => {
    for await (const event of process.runTurn([{ type: 'text', text: `${word} [[tool]]` }], NEVER)) {
      if (event.type !== 'tool_end') continue;
      await process.replaceTools([tool(`other_${word}`)], NEVER);
      process.sendToolResult(event.id, textResult(word));
    }
    await plainTurn(process, word);
  },
  'whose last turns are removed': async (process, word) => {
    await followed('hello')(process, word);
    await followed('[[tool]]')(process, word);
    if (!(await process.rewind(2))) throw new Error('not rewound');
  },
};
