/** Asks before conversations are deleted. */
import { useApp } from '../state/services';
import { Confirm } from '../ui/Confirm';
import type { ConversationEntry } from './conversationEntry';

export interface DeleteOneProps {
  entry: ConversationEntry;
  onConfirm: () => void;
  onClose: () => void;
}

export function DeleteOne({ entry: { id, title, isGenerated }, onConfirm, onClose }: DeleteOneProps) {
  const live = useApp((app) => app.conversations.some((one) => one.id === id));
  return (
    <Confirm title="Delete this conversation?" action="Delete" onConfirm={onConfirm} onClose={onClose}>
      <p>{isGenerated ? title : `“${title}”`} is deleted from this computer. This cannot be undone.</p>
      {live && <p>It is live now: its process is ended, and an answer under way is cut off.</p>}
    </Confirm>
  );
}

export function DeleteAll({ onConfirm, onClose }: Omit<DeleteOneProps, 'entry'>) {
  const live = useApp((app) => app.conversations.length);
  return (
    <Confirm title="Delete all conversations?" action="Delete all" careful onConfirm={onConfirm} onClose={onClose}>
      <p>
        Every stored conversation is deleted from this computer, also those further back than the list shows. This
        cannot be undone.
      </p>
      {live > 0 && <p>Live conversations are ended as well, and answers under way are cut off.</p>}
      <p>The request log and today’s totals stay.</p>
    </Confirm>
  );
}
