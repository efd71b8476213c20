/**
 * Answers of the mocked Messages API that depend on the request alone: a question chooses its answer with a word like `[[think]]`. Two
 * processes that send the same requests get the same answers, with the same ids of tool calls.
 */
import { createHash } from 'node:crypto';
import {
  gate,
  type HistoryMessage,
  hang,
  httpError,
  type RecordedRequest,
  redactedThinking,
  type Step,
  stop,
  text,
  thinking,
  toolUse,
  unfinishedThinking,
} from '../messagesApi';

/** Keeps the CLI from asking again after an error. */
const FINAL = { 'x-should-retry': 'false' };

const DIRECTIVE = /\[\[(\w+)\]\]/;

/** For `chooseAnswer`. */
export function answerByDirective({ history, body }: RecordedRequest): readonly Step[] {
  const id = digest(history);
  const last = history.at(-1)?.content ?? [];
  const question = last.findLast(({ type }) => type === 'text')?.text;
  const directive = typeof question === 'string' ? DIRECTIVE.exec(question)?.[1] : undefined;
  if (directive === undefined) return [text(`Answer ${id} `, 'it is.')];
  const names = body.tools?.map(({ name }) => name) ?? [];
  const call = (index: number, options = {}) =>
    toolUse(names[index % names.length] ?? 'none', { x: `v${index}` }, { id: `toolu_${id}${index}`, ...options });
  return ANSWERS[directive]?.({ id, call }) ?? [text(`unknown directive ${directive}`)];
}

interface AnswerContext {
  readonly id: string;
  /** A call of the tool with this index. */
  call(index: number, options?: object): Step;
}

const ANSWERS: Readonly<Record<string, (context: AnswerContext) => Step[]>> = {
  think: ({ id }) => [thinking(`Let me think ${id}.`), text(`Thought ${id}.`)],
  redacted: ({ id }) => [redactedThinking(Buffer.from(id).toString('base64')), text(`Redacted ${id}.`)],
  tool: ({ call }) => [text('I call. '), call(0)],
  thinkTool: ({ id, call }) => [thinking(`Which tool ${id}?`), call(0)],
  parallel: ({ call }) => [text('Three. '), call(0), call(1), call(2)],
  refuse: () => [text('I cannot. '), stop('refusal')],
  refuseAtOnce: () => [stop('refusal')],
  limit: () => [text('Cut off he'), stop('max_tokens')],
  limitInTool: ({ call }) => [call(0), stop('max_tokens')],
  stopSequence: () => [text('Until '), stop('stop_sequence', 'END')],
  empty: () => [],
  hangInText: () => [text('One two three '), hang()],
  hangInThinking: ({ id }) => [unfinishedThinking(`Let me think ${id}.`), hang()],
  hangInTool: ({ call }) => [text('Calling '), call(0, { halfway: gate() }), hang()],
  error400: () => [httpError(400, 'invalid_request_error', 'scripted', FINAL)],
  error401: () => [httpError(401, 'authentication_error', 'scripted', FINAL)],
  error413: () => [httpError(413, 'request_too_large', 'scripted', FINAL)],
  error429: () => [httpError(429, 'rate_limit_error', 'scripted', FINAL)],
  structured: ({ id }) => [toolUse('StructuredOutput', { answer: `It is ${id}.` }, { id: `toolu_${id}` })],
};

function digest(history: readonly HistoryMessage[]): string {
  const parts = history.map(({ role, content }) => [role, content.map(({ type, text: words }) => words ?? type)]);
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
}
