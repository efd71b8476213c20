/** The message over the page that says what a click could not do. */
import { useServices } from '../state/services';
import { useStoreState } from '../state/store';
import { Icon } from '../ui/Icon';

export function Notice() {
  const { notices } = useServices();
  const message = useStoreState(notices, (state) => state.message);
  return (
    <div className="notice-place" role="alert">
      {message && (
        <div className="notice">
          <Icon name="warning" />
          <span>{message}</span>
          <button type="button" className="icon-button" aria-label="Dismiss" onClick={notices.dismiss}>
            <Icon name="close" />
          </button>
        </div>
      )}
    </div>
  );
}
