/** Headers and bodies of a request, read again as it goes on, but not at every chunk of a stream. */
import { useEffect, useRef, useState } from 'react';
import type { RequestRow, RequestWire } from '../../../../app/shared/contract';
import { callErrorText } from '../../../state/callErrorText';
import { useCommands } from '../../../state/services';

const AT_MOST_EVERY_MS = 500;

export interface WireState {
  /** undefined until the app has answered; null where it has kept nothing. */
  wire: RequestWire | null | undefined;
  failure: string | null;
}

export function useWire(row: RequestRow): WireState {
  const commands = useCommands();
  const [state, setState] = useState<WireState>({ wire: undefined, failure: null });
  const lastCallAt = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    let current = true;
    const wait = Math.max(0, AT_MOST_EVERY_MS - (performance.now() - lastCallAt.current));
    const timer = setTimeout(() => {
      lastCallAt.current = performance.now();
      commands.call('requests.wire', row.id).then(
        (wire) => current && setState({ wire, failure: null }),
        (error) => current && setState((before) => ({ ...before, failure: callErrorText(error) })),
      );
    }, wait);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [commands, row]);
  return state;
}
