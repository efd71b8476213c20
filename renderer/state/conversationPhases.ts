/** What a live conversation is doing, in the words of all pages. */
import type { ConversationPhase } from '../../app/shared/contract';

export const PHASE_WORDS: Readonly<Record<ConversationPhase, string>> = {
  preparing: 'preparing',
  answering: 'answering',
  waiting_for_tool: 'waiting for a tool',
  idle: 'idle',
  parked: 'parked',
};

/** Whether Claude is answering in it. @param phase null where it is not live */
export function isRunning({ phase }: { phase: ConversationPhase | null }): boolean {
  return phase === 'preparing' || phase === 'answering';
}
