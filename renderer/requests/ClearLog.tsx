/** Asks before the request log is cleared. */
import { useCommands } from '../state/services';
import { Confirm } from '../ui/Confirm';

export function ClearLog({ onClose }: { onClose: () => void }) {
  const commands = useCommands();
  return (
    <Confirm
      title="Clear the request log?"
      action="Clear log"
      onConfirm={() => void commands.run('requests.clear')}
      onClose={onClose}
    >
      Every finished request is removed from the log, including older ones that are not loaded yet. Running requests,
      conversations and today’s totals stay.
    </Confirm>
  );
}
