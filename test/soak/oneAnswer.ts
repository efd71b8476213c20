/**
 * Requests whose answers have thinking, text and a tool call, all of them made from the request's word: parts of two answers, or the answer
 * to another request, are recognised by their text.
 */
import { createHash } from 'node:crypto';
import { type Dialect, type FaultMessage, type Outcome, request } from '../support/dialectClient';
import { hang, pause, type Step, text, thinking, toolUse } from '../support/messagesApi';
import type { Random } from '../support/random';

/** What the model answers to the request of a word. */
interface Answer {
  readonly thinking: string;
  readonly text: string;
  /** The tool call's arguments, as JSON; none for an answer without a call. */
  readonly input: { city: string; unit: string } | undefined;
}

/** The answer to a question of the word, or to the result of its tool call. */
function answerOf(word: string, stage: 'question' | 'result'): Answer {
  const digest = createHash('sha256').update(`${word} ${stage}`).digest('hex');
  const hasCall = stage === 'question' && Number.parseInt(digest.slice(0, 1), 16) < 8;
  return {
    thinking: `I think of ${digest.slice(0, 24)}.`,
    text: `It is ${digest.slice(24, 48)}.`,
    input: hasCall ? { city: digest, unit: 'celsius' } : undefined,
  };
}

/** Long enough that many faults happen in the middle of an answer. */
const PAUSE_MS = 150;

/** The script of an answer, in small pieces with pauses. @param hangsAt the step after which the API says nothing more; undefined: none */
function scriptOf(word: string, stage: 'question' | 'result', hangsAt: number | undefined): Step[] {
  const answer = answerOf(word, stage);
  const steps = [
    pause(PAUSE_MS),
    thinking(answer.thinking.slice(0, 8), answer.thinking.slice(8)),
    pause(PAUSE_MS),
    text(answer.text.slice(0, 8)),
    pause(PAUSE_MS),
    text(answer.text.slice(8)),
    pause(PAUSE_MS),
    ...(answer.input ? [toolUse('weather', answer.input, { id: callId(word), pieces: 4 })] : []),
  ];
  return hangsAt === undefined ? steps : [...steps.slice(0, hangsAt), hang()];
}

const callId = (word: string) => `toolu_${word}`;

/** The API's answer to a request of this kind; undefined for other requests. @param hangsAt as in `scriptOf`; called for each answer */
export function oneAnswerScript(
  history: readonly { role: string; content: readonly Record<string, unknown>[] }[],
  hangsAt: () => number | undefined,
): Step[] | undefined {
  const word = /\bword-\d+\b/.exec(JSON.stringify(history.at(0)))?.[0];
  if (word === undefined) return undefined;
  const stage = history.some(({ content }) => content.some(({ type }) => type === 'tool_result'))
    ? 'result'
    : 'question';
  return scriptOf(word, stage, hangsAt());
}

export interface OneAnswerOptions {
  readonly url: string;
  readonly dialect: Dialect;
  /** `word-` and a number that no other request has. */
  readonly word: string;
  readonly stream: boolean;
  readonly hangsAfterMs: number;
}

/** Asks, and answers the tool call if there is one. Returns the outcomes and what is wrong with them. */
export async function askForOneAnswer(
  options: OneAnswerOptions,
): Promise<{ outcomes: Outcome[]; violations: string[] }> {
  const { url, dialect, word, stream, hangsAfterMs } = options;
  const ask = (messages: readonly FaultMessage[]) =>
    request(url, dialect, { messages, stream, tools: true, client: 'one-answer', hangsAfterMs });
  const question = { role: 'user', text: `What of ${word}?` } as const;
  const first = await ask([question]);
  const { input } = answerOf(word, 'question');
  const violations = check(first, answerOf(word, 'question'), `${dialect} ${word}`);
  if (first.ending !== 'complete' || !input || violations.length > 0) return { outcomes: [first], violations };
  const call = { role: 'call', id: callId(word), input, before: first.text } as const;
  const second = await ask([question, call, { role: 'result', id: callId(word), text: 'Sunny.' }]);
  violations.push(...check(second, answerOf(word, 'result'), `${dialect} ${word}, after its tool call`));
  return { outcomes: [first, second], violations };
}

/** A complete answer is the whole one; one that ended with an error, or whose connection broke, is the beginning of it. */
function check(outcome: Outcome, expected: Answer, name: string): string[] {
  const calls = expected.input ? [JSON.stringify(expected.input)] : [];
  const whole =
    outcome.text === expected.text &&
    outcome.thinking === expected.thinking &&
    outcome.calls.length === calls.length &&
    outcome.calls.every((call, index) => call === calls[index]);
  const beginning =
    expected.text.startsWith(outcome.text) &&
    expected.thinking.startsWith(outcome.thinking) &&
    outcome.calls.length <= calls.length &&
    outcome.calls.every((call, index) => calls[index]?.startsWith(call));
  if (outcome.ending === 'complete' ? whole : beginning) return [];
  const { text: received, thinking: thoughts, calls: made, ending } = outcome;
  return [`${name}: ${ending} with ${JSON.stringify({ received, thoughts, made })}`];
}

/** Whether the API is to say nothing more in an answer, and after which of its steps. */
export function randomHang({ chance, below }: Random, probability: number): number | undefined {
  return chance(probability) ? below(8) : undefined;
}
