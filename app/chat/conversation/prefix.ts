/** Compares a history with what a process holds, message by message, to find out how far the process would have to be rewound. */
import type { ClaudeProcess } from '../../claude/process/claudeProcess';
import type { HeldTranscript } from './transcript';

export interface MarkedHistory {
  /** The digests of the first messages, without the system prompt: of none, of one, and so on. */
  readonly marks: readonly string[];
  /** The indexes of the messages with which a message of the user's begins in a process. */
  readonly starts: ReadonlySet<number>;
  readonly system: string;
  readonly name: string | undefined;
  /** The id of the conversation that goes on, where that is known. */
  readonly conversation: string | undefined;
}

/** What counts of an idle conversation. */
export interface IdleConversation {
  readonly status: { readonly id: string };
  readonly name: string | undefined;
  readonly lease?: { readonly process: Pick<ClaudeProcess, 'reusable' | 'turns' | 'canRewindTo'> };
  readonly frames: readonly number[];
  readonly waitingTurn?: unknown;
  readonly transcript?: HeldTranscript;
}

/** What stays of the messages in a process. */
export interface Rewind {
  /** The number of the user's messages that stay, which a process counts as `ClaudeProcess.turns` does. */
  readonly kept: number;
  /** The index of the first message of the history that the process does not hold then. */
  readonly start: number;
}

/** A conversation of so many turns does not lose its process to another one that begins alike. */
const LONG_TURNS = 8;

/**
 * The longest part of the history that the conversation's process holds; undefined where there is none, or where it
 * is only the opening of another, long conversation.
 */
export function commonPrefix(live: IdleConversation, history: MarkedHistory): Rewind | undefined {
  const { transcript, lease, frames, status, waitingTurn } = live;
  const { marks, starts, system, name, conversation } = history;
  if (!transcript || !lease?.process.reusable || (transcript.system === '') !== (system === '')) return undefined;
  if (lease.process.turns !== frames.length || transcript.frames.length !== frames.length) return undefined;
  const end = { start: transcript.messages.length, mark: transcript.endMark };
  // A turn that waits for the results of tools is interrupted, and must be removed with its question.
  const ends = waitingTurn ? transcript.frames : [...transcript.frames, end];
  const kept = ends.findLastIndex(
    ({ start, mark }, turns) => marks[start] === mark && starts.has(start) && lease.process.canRewindTo(turns),
  );
  const start = ends[kept]?.start;
  if (kept <= 0 || start === undefined) return undefined;
  if (status.id === conversation) return { kept, start };
  const isOthers = live.name !== undefined && live.name !== name;
  const isOpening = kept === 1 && frames.length >= LONG_TURNS;
  return isOthers || isOpening ? undefined : { kept, start };
}
