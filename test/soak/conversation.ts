/**
 * One conversation as its program knows it. What was asked when the client hung up, or when the app was killed, may have
 * become part of it or not: until the model is next told of the conversation there are several things it can be.
 */
import { createHash } from 'node:crypto';
import type { HistoryMessage } from '../support/messagesApi';

export type History = readonly HistoryMessage[];

/** `id`: sends its newest message alone. `history`: sends all. */
export type Way = 'id' | 'history';

export interface SoakConversation {
  readonly id: string;
  readonly way: Way;
  /** Turns that the client was told had ended. */
  readonly turns: number;
  /** What the client knows to have been said. */
  readonly known: History;
  question(): HistoryMessage;
  /**
   * The client was told that the turn had ended.
   * @param told what the model was told, the question included
   * @returns what is wrong with that; undefined where nothing is
   */
  ended(question: HistoryMessage, answer: string, told: History | undefined): string | undefined;
  /** The client was not told. */
  leftOpen(question: HistoryMessage): void;
  /** @returns what is wrong with a history that is kept of it; undefined where nothing is */
  check(kept: History): string | undefined;
}

/** What the stand-in answers: it names what it was told. */
export function answerTo(told: History): string {
  return `I was told ${createHash('sha256').update(JSON.stringify(told)).digest('hex').slice(0, 24)}.`;
}

export function soakConversation(id: string, way: Way): SoakConversation {
  let known: History = [];
  let possible: History[] = [[]];
  let turns = 0;
  let questions = 0;

  return {
    id,
    way,
    get turns() {
      return turns;
    },
    get known() {
      return known;
    },
    question: () => {
      questions += 1;
      return said('user', `${id}, question ${questions}: ${'and so on '.repeat(questions % 40)}`.trim());
    },
    ended: (question, answer, told) => {
      if (told === undefined) return `${id}: was answered, but the model was never asked ${textOf(question)}`;
      const before = possible.find((history) => same([...history, question], told));
      if (!before) return `${id}: the model was told\n  ${lines(told)}\nbut what was said is\n  ${lines(known)}`;
      if (answer !== answerTo(told)) return `${id}: was given the answer to something else: ${answer}`;
      known = [...told, said('assistant', answer)];
      possible = [known];
      turns += 1;
      return undefined;
    },
    leftOpen: (question) => {
      // With its history a request says what has been said.
      if (way === 'history') return;
      const after = possible.map((history) => {
        const told = [...history, question];
        return [...told, said('assistant', answerTo(told))];
      });
      possible = [...possible, ...after];
    },
    check: (kept) =>
      possible.some((history) => same(history, kept))
        ? undefined
        : `${id}: what is kept is\n  ${lines(kept)}\nbut what was said is\n  ${lines(known)}`,
  };
}

function said(role: string, text: string): HistoryMessage {
  return { role, content: [{ type: 'text', text }] };
}

export function textOf({ content }: HistoryMessage): string {
  return content.map(({ text }) => text ?? '').join('');
}

function same(one: History, other: History): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function lines(history: History): string {
  return history.map((message) => `${message.role}: ${textOf(message)}`).join('\n  ');
}
