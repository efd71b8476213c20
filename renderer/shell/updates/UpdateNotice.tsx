/** Says in every page that a later version is there, until it is installed or the notice is dismissed. */
import { useState } from 'react';
import { useApp } from '../../state/services';
import { Icon } from '../../ui/Icon';
import { UpdateActions } from './UpdateActions';
import { updateText } from './updateText';

/** The version whose notice was dismissed: the window's document does not live as long as the app. */
const DISMISSED = 'updateNoticeDismissed';

export function UpdateNotice() {
  const update = useApp((app) => app.update);
  const [dismissed, setDismissed] = useState(() => localStorage.getItem(DISMISSED));
  const { phase, version, message } = update;
  const isUnderWay = phase === 'downloading' || phase === 'waiting' || phase === 'installing';
  if (version === null || !(isUnderWay || phase === 'available' || phase === 'ready')) return null;
  if (dismissed === version && !isUnderWay) return null;
  const dismiss = () => {
    localStorage.setItem(DISMISSED, version);
    setDismissed(version);
  };
  return (
    <section className="problem problem-progress" aria-label="Update">
      <Icon name="screen" />
      <div className="problem-text" role="status">
        <strong>{updateText(update)}</strong>
        {message !== null && <p>{message}</p>}
      </div>
      <div className="problem-actions">
        {!isUnderWay && (
          <button type="button" className="button" onClick={dismiss}>
            Not now
          </button>
        )}
        <UpdateActions update={update} />
      </div>
    </section>
  );
}
