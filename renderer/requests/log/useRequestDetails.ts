/** What is known of a request beyond its row, asked for again whenever the row changes, but not at every chunk of a stream. */
import { useEffect, useRef, useState } from 'react';
import type { RequestDetails, RequestRow } from '../../../app/shared/contract';
import { useCommands } from '../../state/page';

const AT_MOST_EVERY_MS = 300;

/** undefined until the app has answered; null where it knows no more than the row. */
export function useRequestDetails(row: RequestRow): RequestDetails | null | undefined {
  const commands = useCommands();
  const [answer, setAnswer] = useState<{ id: string; details: RequestDetails | null } | null>(null);
  const asked = useRef({ id: '', at: 0 });
  useEffect(() => {
    let wanted = true;
    const sinceLast = asked.current.id === row.id ? performance.now() - asked.current.at : AT_MOST_EVERY_MS;
    const timer = setTimeout(
      () => {
        asked.current = { id: row.id, at: performance.now() };
        commands.details(row.id).then(
          (details) => wanted && setAnswer({ id: row.id, details }),
          () => wanted && setAnswer({ id: row.id, details: null }),
        );
      },
      Math.max(0, AT_MOST_EVERY_MS - sinceLast),
    );
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [commands, row]);
  if (answer?.id !== row.id) return undefined;
  return answer.details && { ...answer.details, ...row };
}
