/** Question and answer of a request, as the answer grows. */
import { useEffect, useRef, useState } from 'react';
import type { RequestRow, RequestTexts, TextsWithheld } from '../../../../app/shared/contract';
import { callErrorText } from '../../../state/callErrorText';
import { useCommands } from '../../../state/services';
import { isLive } from '../../list/requestStatus';

/** The app is asked again that soon after its row has changed, … */
const AT_MOST_EVERY_MS = 100;
/** … and that often while the request runs, should its row not change. */
const AT_LEAST_EVERY_MS = 1_000;

export interface SaidState {
  /** undefined until the app has answered; a reason where there are no texts. */
  texts: RequestTexts | TextsWithheld | undefined;
  failure: string | null;
}

export function useSaid(row: RequestRow): SaidState {
  const commands = useCommands();
  const [said, setSaid] = useState<SaidState>({ texts: undefined, failure: null });
  const { id } = row;
  /** Asks the app soon; does nothing before the effect below. */
  const ask = useRef<() => void>(() => undefined);
  const running = useRef(false);
  running.current = isLive(row.phase);

  useEffect(() => {
    let ended = false;
    let calling = false;
    let again = false;
    let lastAt = Number.NEGATIVE_INFINITY;
    let version = -1;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const schedule = (ms: number) => {
      clearTimeout(timer);
      // A hidden window asks for nothing; it asks once it is shown again.
      if (!document.hidden) timer = setTimeout(call, ms);
    };
    const call = async () => {
      calling = true;
      again = false;
      lastAt = performance.now();
      try {
        const texts = await commands.call('requests.said', id, version);
        if (ended) return;
        if (texts !== null) {
          if (typeof texts === 'object') version = texts.version;
          setSaid({ texts, failure: null });
        }
        const grows = running.current || (typeof texts === 'object' && texts !== null && texts.running);
        if (again) schedule(AT_MOST_EVERY_MS);
        else if (grows) schedule(AT_LEAST_EVERY_MS);
      } catch (error) {
        if (!ended) setSaid((before) => ({ ...before, failure: callErrorText(error) }));
      } finally {
        calling = false;
      }
    };
    ask.current = () => {
      if (calling) again = true;
      else schedule(Math.max(0, AT_MOST_EVERY_MS - (performance.now() - lastAt)));
    };
    const onVisible = () => document.hidden || ask.current();
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      ended = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [commands, id]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a changed row has a changed answer
  useEffect(() => ask.current(), [row]);
  return said;
}
