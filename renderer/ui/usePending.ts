/** Runs a button's action and says whether it is still running, so that the button can show it and not be pressed twice. */
import { useEffect, useRef, useState } from 'react';

export function usePending(action: () => Promise<unknown>): [run: () => void, pending: boolean] {
  const [pending, setPending] = useState(false);
  const mounted = useRef(true);
  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);
  const run = () => {
    if (pending) return;
    setPending(true);
    void action().finally(() => mounted.current && setPending(false));
  };
  return [run, pending];
}
