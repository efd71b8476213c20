/**
 * A soak conversation from the client's view. When the client hangs up or the app is killed during a turn, the app may or may
 * not have stored that turn. Until the next request shows which, several histories are correct.
 */
import { createHash } from 'node:crypto';
import type { HistoryMessage } from '../support/messagesApi';

/** The messages of a conversation, oldest first. */
export type History = readonly HistoryMessage[];

/** What the client sends: `id` sends only the newest message with the conversation's id, `history` sends all messages. */
export type ClientKind = 'id' | 'history';

/** A conversation and the histories that the app may have stored of it. */
export interface SoakConversation {
  readonly id: string;
  readonly clientKind: ClientKind;
  /** Number of turns whose whole answer the client has received. */
  readonly turns: number;
  /** The history as the client knows it. */
  readonly knownHistory: History;
  /** Makes the next question of the user. */
  nextQuestion(): HistoryMessage;
  /**
   * Records that the client has received a whole answer.
   * @param sentHistory the messages that the CLI sent to the Messages API for this question
   * @returns what is wrong with the answer or with `sentHistory`; undefined if nothing is
   */
  recordAnswer(question: HistoryMessage, answer: string, sentHistory: History | undefined): string | undefined;
  /** Records that the client sent the question but did not receive the whole answer. */
  recordBrokenTurn(question: HistoryMessage): void;
  /** @returns what is wrong with a history that the app has stored; undefined if nothing is */
  checkStored(stored: History): string | undefined;
}

/** The mocked Messages API's answer to a history: a digest of it, so that an answer shows which history it belongs to. */
export function answerTo(history: History): string {
  return `I was told ${createHash('sha256').update(JSON.stringify(history)).digest('hex').slice(0, 24)}.`;
}

/** A conversation without turns. */
export function soakConversation(id: string, clientKind: ClientKind): SoakConversation {
  let knownHistory: History = [];
  let possibleHistories: History[] = [[]];
  let turns = 0;
  let questions = 0;

  return {
    id,
    clientKind,
    get turns() {
      return turns;
    },
    get knownHistory() {
      return knownHistory;
    },
    nextQuestion: () => {
      questions += 1;
      return message('user', `${id}, question ${questions}: ${'and so on '.repeat(questions % 40)}`.trim());
    },
    recordAnswer: (question, answer, sentHistory) => {
      if (sentHistory === undefined) return `${id}: got an answer, but no request contained ${textOf(question)}`;
      if (!possibleHistories.some((history) => isSame([...history, question], sentHistory))) {
        return `${id}: the CLI sent\n  ${lines(sentHistory)}\nbut the client knows\n  ${lines(knownHistory)}`;
      }
      if (answer !== answerTo(sentHistory)) return `${id}: got the answer to another history: ${answer}`;
      knownHistory = [...sentHistory, message('assistant', answer)];
      possibleHistories = [knownHistory];
      turns += 1;
      return undefined;
    },
    recordBrokenTurn: (question) => {
      // This client's next request contains the whole history, so what the app has stored does not matter.
      if (clientKind === 'history') return;
      const withTurn = possibleHistories.map((history) => {
        const sent = [...history, question];
        return [...sent, message('assistant', answerTo(sent))];
      });
      possibleHistories = [...possibleHistories, ...withTurn];
    },
    checkStored: (stored) =>
      possibleHistories.some((history) => isSame(history, stored))
        ? undefined
        : `${id}: the app has stored\n  ${lines(stored)}\nbut the client knows\n  ${lines(knownHistory)}`,
  };
}

/** The message's text blocks, joined. */
export function textOf({ content }: HistoryMessage): string {
  return content.map(({ text }) => text ?? '').join('');
}

function message(role: string, text: string): HistoryMessage {
  return { role, content: [{ type: 'text', text }] };
}

function isSame(one: History, other: History): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function lines(history: History): string {
  return history.map((entry) => `${entry.role}: ${textOf(entry)}`).join('\n  ');
}
