/** Asks before something is done that cannot be undone. */
import type { ReactNode } from 'react';
import { Dialog } from './Dialog';

export interface ConfirmProps {
  /** The question: `Clear the request log?` */
  title: string;
  /** What the button that does it says: `Clear log`. */
  action: string;
  /** What will be the case afterwards. */
  children: ReactNode;
  /** Enter does not do it: the focus is on Cancel. For what takes much away. */
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
