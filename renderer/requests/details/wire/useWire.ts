/** Headers and bodies of a request, read again as it goes on, but not at every chunk of a stream. */
import { useCallback, useState } from 'react';
import type { RequestRow, RequestWire } from '../../../../app/shared/contract';
import { callErrorText } from '../../../state/callErrorText';
import { useCommands } from '../../../state/services';
import { useReading } from '../useReading';

const AT_MOST_EVERY_MS = 500;

export interface WireState {
  /** undefined until the app has answered; null where it has kept nothing. */
  wire: RequestWire | null | undefined;
  failure: string | null;
}

export function useWire(row: RequestRow): WireState {
  const commands = useCommands();
  const [state, setState] = useState<WireState>({ wire: undefined, failure: null });
  const { id } = row;
  const read = useCallback(
    (signal: AbortSignal) => {
      commands.call('requests.wire', id).then(
        (wire) => signal.aborted || setState({ wire, failure: null }),
        (error) => signal.aborted || setState((before) => ({ ...before, failure: callErrorText(error) })),
      );
    },
    [commands, id],
  );
  useReading(row, AT_MOST_EVERY_MS, read);
  return state;
}
