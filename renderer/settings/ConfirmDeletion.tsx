/** Asks before turning the conversation history off, which deletes it. */
import { Confirm } from '../ui/Confirm';

export interface ConfirmDeletionProps {
  onConfirm: () => void;
  onClose: () => void;
}

export function ConfirmDeletion({ onConfirm, onClose }: ConfirmDeletionProps) {
  return (
    <Confirm
      title="Delete the conversation history?"
      action="Delete and save"
      careful
      onConfirm={onConfirm}
      onClose={onClose}
    >
      <p>
        All stored conversations are deleted from this computer, and the texts of new ones are not stored. This cannot
        be undone.
      </p>
      <p>
        Programs that send the whole history with each request are not affected. The others start over once a
        conversation’s process has ended.
      </p>
    </Confirm>
  );
}
