/** Shown in place of the log where no loaded request passes the filter. */
import { useAppStore, useAppStoreState } from '../../state/services';
import { plural } from '../../ui/format';

export function NoMatch({ onShowAll }: { onShowAll: () => void }) {
  const appStore = useAppStore();
  const older = useAppStoreState((state) => state.older);
  return (
    <div className="empty">
      <h3>No request matches the filter</h3>
      <p>{plural(appStore.log.total(), 'request')} searched.</p>
      <span className="empty-actions">
        {older !== 'end' && (
          <button
            type="button"
            className="button"
            disabled={older === 'loading'}
            onClick={() => void appStore.loadOlder()}
          >
            Search older requests
          </button>
        )}
        <button type="button" className="button" onClick={onShowAll}>
          Show all
        </button>
      </span>
    </div>
  );
}
