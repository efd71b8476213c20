/** The bar above the settings: whether there are unsaved changes, and the buttons that save or discard them. */
import { useStoreState } from '../state/store';
import type { SettingsStore } from './settingsStore';

export function SaveBar({ store }: { store: SettingsStore }) {
  const { edits, phase, refusal } = useStoreState(store, (state) => state);
  const isChanged = Object.keys(edits).length > 0;
  const isSaving = phase === 'saving';
  return (
    <header>
      <div className="filter-bar">
        <h2>Settings</h2>
        <p className="save-state" role="status">
          {isChanged ? 'Unsaved changes' : phase === 'saved' ? 'Saved' : ''}
        </p>
        <button type="button" className="button" disabled={!isChanged || isSaving} onClick={store.discard}>
          Discard
        </button>
        <button type="submit" className="button button-main" disabled={!isChanged || isSaving}>
          {isSaving ? 'Saving…' : 'Save'}
        </button>
      </div>
      {refusal && (
        <p className="refusal" role="alert">
          {refusal}
        </p>
      )}
    </header>
  );
}
