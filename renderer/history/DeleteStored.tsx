/** Asks before stored conversations are deleted. */
import type { StoredConversation } from '../../app/shared/contract';
import { useApp } from '../state/services';
import { Confirm } from '../ui/Confirm';
import { conversationTitle } from './conversationTitle';

export interface DeleteOneProps {
  row: StoredConversation;
  onConfirm: () => void;
  onClose: () => void;
}

export function DeleteOne({ row, onConfirm, onClose }: DeleteOneProps) {
  const live = useApp((app) => app.conversations.some(({ id }) => id === row.id));
  const { text, generated } = conversationTitle(row);
  return (
    <Confirm title="Delete this conversation?" action="Delete" onConfirm={onConfirm} onClose={onClose}>
      <p>{generated ? text : `“${text}”`} is deleted from this computer. This cannot be undone.</p>
      {live && <p>It is active now: its process is ended, and an answer under way is cut off.</p>}
    </Confirm>
  );
}

export function DeleteAll({ onConfirm, onClose }: Omit<DeleteOneProps, 'row'>) {
  const live = useApp((app) => app.conversations.length);
  return (
    <Confirm title="Delete all conversations?" action="Delete all" careful onConfirm={onConfirm} onClose={onClose}>
      <p>
        Every stored conversation is deleted from this computer, also those further back than the list shows. This
        cannot be undone.
      </p>
      {live > 0 && <p>Active conversations are ended as well, and answers under way are cut off.</p>}
      <p>The request log and today’s totals stay.</p>
    </Confirm>
  );
}
