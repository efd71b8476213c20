/** The details of a request, loaded again whenever its row changes, but not at every chunk of a stream. */
import { useEffect, useRef, useState } from 'react';
import type { RequestDetails, RequestRow } from '../../../app/shared/contract';
import { useCommands } from '../../state/services';

const AT_MOST_EVERY_MS = 300;

/** undefined until the app has answered; null where it has no details of the request. */
export function useRequestDetails(row: RequestRow): RequestDetails | null | undefined {
  const commands = useCommands();
  const [answer, setAnswer] = useState<{ id: string; details: RequestDetails | null } | null>(null);
  const lastCall = useRef({ id: '', at: 0 });
  useEffect(() => {
    let current = true;
    const sinceLast = lastCall.current.id === row.id ? performance.now() - lastCall.current.at : AT_MOST_EVERY_MS;
    const timer = setTimeout(
      () => {
        lastCall.current = { id: row.id, at: performance.now() };
        commands.call('requests.details', row.id).then(
          (details) => current && setAnswer({ id: row.id, details }),
          () => current && setAnswer({ id: row.id, details: null }),
        );
      },
      Math.max(0, AT_MOST_EVERY_MS - sinceLast),
    );
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [commands, row]);
  if (answer?.id !== row.id) return undefined;
  return answer.details && { ...answer.details, ...row };
}
