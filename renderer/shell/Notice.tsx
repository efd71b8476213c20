/** The message over the page that tells what a click could not do. */
import { useNotice } from '../state/page';
import { Icon } from '../ui/Icon';

export function Notice() {
  const [message, dismiss] = useNotice();
  return (
    <div className="notice-place" role="alert">
      {message && (
        <div className="notice">
          <Icon name="warning" />
          <span>{message}</span>
          <button type="button" className="icon-button" aria-label="Dismiss" onClick={dismiss}>
            <Icon name="close" />
          </button>
        </div>
      )}
    </div>
  );
}
