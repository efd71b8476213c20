/** Asks before the log is cleared. */
import { useCommands } from '../state/page';
import { Confirm } from '../ui/Confirm';

export function ClearLog({ onClose }: { onClose: () => void }) {
  const commands = useCommands();
  return (
    <Confirm
      title="Clear the request log?"
      action="Clear log"
      onConfirm={() => void commands.clearLog()}
      onClose={onClose}
    >
      The requests that have ended are forgotten, older ones included. Conversations go on, and today’s totals stay.
    </Confirm>
  );
}
