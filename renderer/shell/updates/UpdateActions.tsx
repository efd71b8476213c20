/** The buttons for the next step of an update. */
import type { UpdateState } from '../../../app/shared/contract';
import { useCommands } from '../../state/services';
import { usePending } from '../../ui/usePending';

export interface UpdateActionsProps {
  readonly update: UpdateState;
  /** Whether there is a button that looks for one. */
  readonly checks?: boolean;
}

export function UpdateActions({ update: { phase, version, installed }, checks = false }: UpdateActionsProps) {
  switch (phase) {
    case 'off':
    case 'installing':
      return null;
    case 'idle':
    case 'checking':
      return checks ? <Step call="update.check" label="Look for updates" busy={phase === 'checking'} /> : null;
    case 'available':
      return <Step call="update.download" label={`Download ${version}`} />;
    case 'ready':
      return <Step call="update.install" label={installed ? 'Restart' : 'Install and restart'} />;
    case 'downloading':
    case 'waiting':
      return <Step call="update.cancel" label="Cancel" />;
  }
}

interface StepProps {
  call: 'update.check' | 'update.download' | 'update.install' | 'update.cancel';
  label: string;
  busy?: boolean;
}

/** A step goes on while the window is closed, so it is the state, not the call, that says whether it is under way. */
function Step({ call, label, busy = false }: StepProps) {
  const commands = useCommands();
  const [start, pending] = usePending(() => commands.run(call));
  return (
    <button
      type="button"
      className={call === 'update.cancel' || call === 'update.check' ? 'button' : 'button button-main'}
      disabled={pending || busy}
      onClick={start}
    >
      {label}
    </button>
  );
}
