/** What is known of a request beyond its row, asked for again whenever the row changes, but not at every chunk of a stream. */
import { useEffect, useRef, useState } from 'react';
import type { RequestDetails, RequestRow } from '../../app/shared/contract';
import { useCommands } from '../state/page';

const AT_MOST_EVERY_MS = 300;

/** null until the app has answered. */
export function useRequestDetails(row: RequestRow): RequestDetails | null {
  const commands = useCommands();
  const [details, setDetails] = useState<RequestDetails | null>(null);
  const asked = useRef({ id: '', at: 0 });
  useEffect(() => {
    let wanted = true;
    const sinceLast = asked.current.id === row.id ? performance.now() - asked.current.at : AT_MOST_EVERY_MS;
    const timer = setTimeout(
      () => {
        asked.current = { id: row.id, at: performance.now() };
        commands.details(row.id).then(
          (answer) => wanted && setDetails(answer),
          () => wanted && setDetails(null),
        );
      },
      Math.max(0, AT_MOST_EVERY_MS - sinceLast),
    );
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [commands, row]);
  return details?.id === row.id ? { ...details, ...row } : null;
}
