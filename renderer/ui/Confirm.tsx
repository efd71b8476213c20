/** Asks before an action that cannot be undone. */
import type { ReactNode } from 'react';
import { Dialog } from './Dialog';

export interface ConfirmProps {
  /** The question: `Clear the request log?` */
  title: string;
  /** The label of the button that confirms: `Clear log`. */
  action: string;
  /** What the action does. */
  children: ReactNode;
  /** The focus is on Cancel, so that Enter does not confirm: for actions that delete much. */
  careful?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

export function Confirm({ title, action, children, careful = false, onConfirm, onClose }: ConfirmProps) {
  return (
    <Dialog title={title} narrow onClose={onClose}>
      <div className="dialog-text">{children}</div>
      <footer className="dialog-actions">
        <button type="button" className="button" data-autofocus={careful} onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          className="button button-danger"
          data-autofocus={!careful}
          onClick={() => {
            onConfirm();
            onClose();
          }}
        >
          {action}
        </button>
      </footer>
    </Dialog>
  );
}
