/** The messages that the reader shows: the stored ones, and the turn that is not among them yet. */
import type { SaidMessage, SaidPart } from '../../../app/shared/contract';
import type { ToolResultPart } from '../../ui/said/SaidParts';
import type { FollowedTurn } from './useLiveTurn';

export interface ReaderMessage {
  /** Stays the same while the message does. */
  readonly key: string;
  readonly role: SaidMessage['role'];
  readonly parts: readonly SaidPart[];
  /** The answer grows. */
  readonly streaming: boolean;
  /** The answer has broken off and is no part of the conversation. */
  readonly broken: boolean;
}

export interface ReaderMessages {
  readonly messages: readonly ReaderMessage[];
  /** The results of tool calls, by the call's id. They are shown with their calls. */
  readonly results: ReadonlyMap<string, ToolResultPart>;
  /** Messages of the history that are not stored: they will be with the answer. */
  readonly missing: number;
}

/**
 * @param stored the stored messages; null or undefined where there are none.
 * @param turn null where it is among the stored messages.
 */
export function readerMessages(
  stored: readonly SaidMessage[] | null | undefined,
  turn: FollowedTurn | null,
): ReaderMessages {
  const before = turn ? (stored ?? []).slice(0, turn.earlierMessages) : (stored ?? []);
  const said = turn ? [...before, ...turn.question] : before;
  const results = new Map<string, ToolResultPart>();
  for (const { parts } of said) for (const part of parts) if (part.kind === 'tool_result') results.set(part.id, part);
  const calls = new Set(
    said.flatMap(({ parts }) => parts.flatMap((part) => (part.kind === 'tool_call' ? part.id : []))),
  );

  const messages: ReaderMessage[] = [];
  for (const [index, { role, parts }] of said.entries()) {
    // Results are shown with their calls.
    const rest = role === 'user' ? parts.filter((part) => part.kind !== 'tool_result' || !calls.has(part.id)) : parts;
    if (rest.length > 0 || parts.length === 0)
      messages.push({ key: `${index}`, role, parts: rest, streaming: false, broken: false });
  }
  if (turn && (turn.answer.length > 0 || turn.state === 'running')) {
    const streaming = turn.state === 'running';
    messages.push({
      key: `${said.length}`,
      role: 'assistant',
      parts: turn.answer,
      streaming,
      broken: turn.state === 'broken',
    });
  }
  return { messages, results, missing: turn ? turn.earlierMessages - before.length : 0 };
}
