/** Asks before a change that deletes something. */
import { Confirm } from '../ui/Confirm';
import type { RiskyChange } from './settingsStore';

export interface ConfirmChangeProps {
  readonly change: RiskyChange;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

export function ConfirmChange({ change, onConfirm, onClose }: ConfirmChangeProps) {
  const { question, text } = change.warning;
  return (
    <Confirm title={question} action="Delete and save" careful onConfirm={onConfirm} onClose={onClose}>
      {text}
    </Confirm>
  );
}
