/** Shown in place of the list where no request passes the filter. */
import { useStoreState } from '../../state/store';
import type { RequestList } from './requestList';

export function NoMatchingRequest({ list, onClear }: { list: RequestList; onClear: () => void }) {
  const { older, failure } = useStoreState(list, (state) => state);
  if (older === 'loading') {
    return (
      <div className="empty">
        <p role="status">Searching all stored requests…</p>
      </div>
    );
  }
  return (
    <div className="empty">
      <h3>{older === 'failed' ? 'The search did not work' : 'No request matches'}</h3>
      <p>{older === 'failed' ? failure : 'Neither a running request nor a stored one passes these filters.'}</p>
      <span className="empty-actions">
        {older === 'failed' && (
          <button type="button" className="button" onClick={() => void list.loadOlder()}>
            Search again
          </button>
        )}
        <button type="button" className="button" onClick={onClear}>
          Clear filters
        </button>
      </span>
    </div>
  );
}

/** Shown where every request is a poll, and polls are folded. */
export function OnlyPolls() {
  return (
    <div className="empty">
      <h3>Nobody has asked a question yet</h3>
      <p>Programs have looked for models and versions: their polls are counted below.</p>
    </div>
  );
}
