/**
 * Appends a history to the CLI's transcript. A message of the user's is a turn of its own, in which the model is not asked: the CLI takes 2 to
 * 4 ms for each, and it can be rewound to it. A text can be appended without a turn, too, as the source of a local command, which takes a tenth
 * of that and comes to the model as the same message; it cannot be rewound to (context/CLAUDE_PROTOCOL.md, "A long history").
 */
import { randomUUID } from 'node:crypto';
import type { HeldConversation } from './heldConversation';
import type { ApiMessage, OutgoingMessage } from './outgoingMessages';

/** So many of the user's messages at the end of a history are turns: most edits and regenerated answers are there. */
const RECENT_TURNS = 8;
/** Ahead of those, each 16th is a turn, so that a process can be rewound to near any of them. */
const TURN_INTERVAL = 16;

/**
 * The messages of the user's that can be appended without a turn, with their texts. The first of a history is never among them, since
 * a conversation is removed from its first turn on.
 */
export function textsWithoutTurn(history: readonly ApiMessage[]): ReadonlyMap<ApiMessage, string> {
  const texts = new Map<ApiMessage, string>();
  const messages = history.filter(({ role }) => role === 'user');
  const recent = messages.length - RECENT_TURNS;
  for (const [at, message] of messages.entries()) {
    if (at >= recent) break;
    const [block, ...others] = message.content;
    if (at % TURN_INTERVAL === 0 || block?.type !== 'text' || others.length > 0) continue;
    // The CLI writes "(no content)" in place of a blank text, but not in this form.
    if (!block.cache_control && block.text.trim() !== '') texts.set(message, block.text);
  }
  return texts;
}

export interface ReplayOptions {
  readonly held: Pick<HeldConversation, 'addText' | 'anchorGreeting'>;
  /** Whether texts may be appended without a turn. */
  readonly appendsTexts: boolean;
  /** Has the CLI take a turn of the user's. */
  append(message: ApiMessage, signal: AbortSignal): Promise<void>;
  /** Sends what the CLI does not confirm. */
  send(message: OutgoingMessage, signal: AbortSignal): Promise<void>;
}

/** @throws as `ClaudeProcess.replay`. */
export async function replayHistory(
  history: readonly ApiMessage[],
  { held, appendsTexts, append, send }: ReplayOptions,
  signal: AbortSignal,
): Promise<void> {
  const texts = appendsTexts ? textsWithoutTurn(history) : new Map<ApiMessage, string>();
  for (const message of history) {
    signal.throwIfAborted();
    const text = texts.get(message);
    if (text !== undefined) {
      held.addText();
      await send({ type: 'assistant', local_command_source: text, message: emptyMessage() }, signal);
    } else if (message.role === 'user') {
      await append(message, signal);
    } else {
      await held.anchorGreeting(signal);
      // Without ids of their own, some versions of the CLI merge the model's messages.
      await send({ type: 'assistant', message: { ...message, id: messageId() } }, signal);
    }
  }
}

const messageId = () => `msg_${randomUUID()}`;

const emptyMessage = () => ({ role: 'assistant', id: messageId(), content: [] }) as const;
