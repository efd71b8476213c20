/** What is known of updates, and the next step. */
import type { UpdateState } from '../../../app/shared/contract';
import { formatClock } from '../../../app/shared/format';
import { UpdateActions } from '../../shell/updates/UpdateActions';
import { updateText } from '../../shell/updates/updateText';
import { useApp } from '../../state/services';

export function UpdateRow() {
  const update = useApp((app) => app.update);
  return (
    <div className="settings-row">
      <span className="settings-label">New version</span>
      <div className="settings-value">
        <div className="update-actions">
          <UpdateActions update={update} checks />
        </div>
        <div className="notes" role="status">
          <p className="note">{[updateText(update), checkedText(update)].filter(Boolean).join(' ')}</p>
          {update.message !== null && (
            <p className={update.phase === 'off' ? 'note' : 'note fault'}>{update.message}</p>
          )}
        </div>
      </div>
    </div>
  );
}

function checkedText({ phase, checkedAt }: UpdateState): string {
  return checkedAt === null || phase !== 'idle' ? '' : `Looked for at ${formatClock(checkedAt)}.`;
}
