/** Says once, on a desktop without tray icons, that this window is the only way to the app. */
import { useState } from 'react';
import { useApp } from '../state/services';
import { Icon } from '../ui/Icon';

/** The window's document does not live as long as the app. */
const SEEN = 'noTrayNoticeSeen';

export function NoTrayNotice() {
  const showsTray = useApp((app) => app.desktop.showsTray);
  const [seen, setSeen] = useState(() => localStorage.getItem(SEEN) !== null);
  if (showsTray || seen) return null;
  const dismiss = () => {
    localStorage.setItem(SEEN, 'true');
    setSeen(true);
  };
  return (
    <section className="problem problem-progress" aria-label="No tray">
      <Icon name="screen" />
      <div className="problem-text">
        <strong>This desktop shows no tray icons, so Claudacity lives in this window.</strong>
        <p>
          When you close it, you are asked whether Claudacity keeps running. Start Claudacity again to come back here.
        </p>
      </div>
      <div className="problem-actions">
        <button type="button" className="button button-main" onClick={dismiss}>
          OK
        </button>
      </div>
    </section>
  );
}
