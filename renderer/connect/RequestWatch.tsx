/** Whether a request of the program has arrived. */
import { useState } from 'react';
import { useSeconds } from '../state/now';
import { useNavigation } from '../state/services';
import { formatAge, formatTime } from '../ui/format';
import { Icon } from '../ui/Icon';
import { type LastRequest, type RequestMark, useLastRequest, useLastStoredRequest } from './lastRequest';

const HOUR_MS = 3_600_000;

export interface RequestWatchProps {
  readonly mark: RequestMark;
  /** Names that other programs have, too: a request under one counts while the guide is open. */
  readonly libraries: readonly string[];
}

export function RequestWatch({ mark, libraries }: RequestWatchProps) {
  const navigation = useNavigation();
  const [openedAt] = useState(Date.now);
  const own = useLastStoredRequest(mark);
  const shared = useLastRequest({ clients: libraries, keyId: undefined });
  const last = later(own, shared && shared.at >= openedAt ? shared : null);
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
        <button type="button" className="link" onClick={() => navigation.open('settings', 'refused')}>
          Why
        </button>
      )}
    </div>
  );
}

function later(a: LastRequest | null, b: LastRequest | null): LastRequest | null {
  return a && b ? (a.at > b.at ? a : b) : (a ?? b);
}

function LastTime({ at }: { at: number }) {
  const now = useSeconds();
  const age = Math.max(0, now - at);
  return <span className="guide-time">{age < HOUR_MS ? formatTime(at, now) : `last seen ${formatAge(age)}`}</span>;
}
