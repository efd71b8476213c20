/** Asks before the log is cleared. */
import { useCommands } from '../state/page';
import { Dialog } from '../ui/Dialog';

export function ClearLog({ onClose }: { onClose: () => void }) {
  const commands = useCommands();
  const clear = () => {
    void commands.clearLog();
    onClose();
  };
  return (
    <Dialog title="Clear the request log?" narrow onClose={onClose}>
      <p className="dialog-text">
        The requests that have ended are forgotten, older ones included. Conversations go on, and today’s totals stay.
      </p>
      <footer className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button button-danger" data-autofocus onClick={clear}>
          Clear log
        </button>
      </footer>
    </Dialog>
  );
}
