/** Whether a request of the program has arrived. */

import { useSeconds } from '../state/now';
import { useNavigation } from '../state/services';
import { formatAge, formatTime } from '../ui/format';
import { Icon } from '../ui/Icon';
import { type RequestMark, useLastStoredRequest } from './lastRequest';

const HOUR_MS = 3_600_000;

export function RequestWatch({ mark }: { mark: RequestMark }) {
  const last = useLastStoredRequest(mark);
  const navigation = useNavigation();
  if (!last) {
    return (
      <div className="guide-watch" data-state="waiting" data-phase="waiting">
        <span className="dot" />
        <span role="status">Waiting for its first request…</span>
      </div>
    );
  }
  return (
    <div className="guide-watch" data-state={last.refused ? 'refused' : 'seen'}>
      <Icon name={last.refused ? 'warning' : 'check'} />
      {/* The time is beside the status, so that not every request is read out. */}
      <span role="status">{last.refused ? 'Its request was refused' : 'Connected'}</span>
      <LastTime at={last.at} />
      {last.refused && (
        <button type="button" className="link" onClick={() => navigation.open('access')}>
          Why
        </button>
      )}
    </div>
  );
}

function LastTime({ at }: { at: number }) {
  const now = useSeconds();
  const age = Math.max(0, now - at);
  return <span className="guide-time">{age < HOUR_MS ? formatTime(at, now) : `last seen ${formatAge(age)}`}</span>;
}
