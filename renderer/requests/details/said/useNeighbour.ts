/** Finds the request before or after another one in its conversation: a tool's call and its result are in two requests. */
import type { RequestRow } from '../../../../app/shared/contract';
import { callErrorText } from '../../../state/callErrorText';
import { useCommands, useServices } from '../../../state/services';

/** null where the request has no conversation. */
export function useNeighbour(
  { id, conversation, at }: RequestRow,
  which: 'next' | 'previous',
  onOpen: (id: string) => void,
): (() => void) | null {
  const commands = useCommands();
  const { notices } = useServices();
  if (conversation === null) return null;
  const isNext = which === 'next';
  const find = async () => {
    const filter = isNext ? { conversation, since: at } : { conversation, until: at + 1 };
    const { rows } = await commands.call('requests.search', filter, Number.MAX_SAFE_INTEGER, 1_000);
    const others = rows.filter((row) => row.id !== id);
    const found = isNext ? others.at(-1) : others[0];
    if (found) onOpen(found.id);
    else notices.show(`There is no ${isNext ? 'later' : 'earlier'} request of this conversation.`);
  };
  return () => void find().catch((error) => notices.show(callErrorText(error)));
}
