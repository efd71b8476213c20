/** The details of a request, loaded again whenever its row changes, but not at every chunk of a stream. */
import { useCallback, useState } from 'react';
import type { RequestDetails, RequestRow } from '../../../app/shared/contract';
import { useAppStore, useAppStoreState, useCommands } from '../../state/services';
import { useStoreState } from '../../state/store';
import type { RequestList } from '../list/requestList';
import { useReading } from './useReading';

const AT_MOST_EVERY_MS = 300;

export interface LoadedRequest {
  /** undefined until it is known, null where the app does not know the request. */
  row: RequestRow | null | undefined;
  /** As `row`. */
  details: RequestDetails | null | undefined;
}

/** A request that need not be listed. */
export function useRequest(id: string, list: RequestList): LoadedRequest {
  const { log } = useAppStore();
  const live = useAppStoreState(() => log.byId(id));
  const stored = useStoreState(list, () => list.byId(id));
  const row = live ?? stored;
  const details = useRequestDetails(id, row);
  return { row: row ?? details, details };
}

function useRequestDetails(id: string, row: RequestRow | undefined): RequestDetails | null | undefined {
  const commands = useCommands();
  const [details, setDetails] = useState<RequestDetails | null | undefined>(undefined);
  const read = useCallback(
    (signal: AbortSignal) => {
      commands.call('requests.details', id).then(
        (answer) => signal.aborted || setDetails(answer),
        () => signal.aborted || setDetails(null),
      );
    },
    [commands, id],
  );
  useReading(row, AT_MOST_EVERY_MS, read);
  return details && row ? { ...details, ...row } : details;
}
