/** Tells screen readers how many rows are new, at most every five seconds. */
import { useEffect, useRef, useState } from 'react';

const ANNOUNCE_MS = 5_000;

export function NewRowsAnnouncement({ text }: { text: string }) {
  const [announced, setAnnounced] = useState('');
  const latest = useRef(text);
  latest.current = text;
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    if (text === announced || timer.current !== undefined) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      setAnnounced(latest.current);
    }, ANNOUNCE_MS);
  }, [text, announced]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <span className="unseen-text" aria-live="polite">
      {announced}
    </span>
  );
}
