/** What has become of a change, beside its field, with the button that undoes it, and the way back to the default. */
import type { ServerState } from '../../../app/shared/contract';
import { useApp } from '../../state/services';
import { useStoreState } from '../../state/store';
import { settingLabel } from '../settingFacts';
import type { FieldName, SettingsStore } from '../settingsStore';

export interface FieldStatusProps {
  readonly name: FieldName;
  readonly store: SettingsStore;
  /** Present where the setting has another value than its default and the user can change that. */
  readonly onReset?: (() => void) | undefined;
}

export function FieldStatus({ name, store, onReset }: FieldStatusProps) {
  const saving = useStoreState(store, (state) => state.saving[name] === true);
  const outcome = useStoreState(store, (state) => state.outcomes[name]);
  const canUndo = useStoreState(store, (state) => state.undoable.some((former) => former.name === name));
  const server = useApp((app) => app.server);
  const restarts = name === 'host' || name === 'port';
  const label = settingLabel(store.table, name);
  const text = saving
    ? restarts && server.phase !== 'stopped'
      ? 'Restarting the server…'
      : 'Saving…'
    : outcome && (restarts ? serverText(server, outcome) : OUTCOMES[outcome]);
  if (!text && !onReset) return null;
  return (
    <span className="field-status" data-outcome={saving ? 'saving' : outcome}>
      {text && <span>{text}</span>}
      {!saving && outcome === 'saved' && canUndo && (
        <button
          type="button"
          className="link"
          aria-label={`Undo the change of “${label}”`}
          onClick={() => void store.undo(name)}
        >
          Undo
        </button>
      )}
      {!saving && onReset && (
        <button type="button" className="link" aria-label={`Reset to default: ${label}`} onClick={onReset}>
          Reset to default
        </button>
      )}
    </span>
  );
}

const OUTCOMES = { saved: 'Saved', undone: 'Undone' } as const;

/** The result of the restart, as long as it stays so. */
function serverText({ phase, url, problem }: ServerState, outcome: keyof typeof OUTCOMES): string {
  const done = OUTCOMES[outcome];
  switch (phase) {
    case 'starting':
    case 'stopping':
      return 'Restarting the server…';
    case 'running':
      return `${done}, runs on ${url}`;
    case 'error':
      return `${done}, but: ${problem?.message ?? 'the server could not be started.'}`;
    case 'stopped':
      return `${done}, the server is stopped`;
  }
}
