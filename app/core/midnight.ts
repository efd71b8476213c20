/** Tells when a new day has begun, local time. */
import { createAlarm } from '../shared/alarm';
import { nextMidnight } from '../shared/localDay';

/**
 * Calls the function soon after each local midnight, after a sleep of the computer within a minute, once however many days have passed.
 * Returns the function that ends this. Does not keep the program running.
 */
export function onMidnight(run: () => void): () => void {
  const alarm = createAlarm(() => {
    alarm.set(nextMidnight(Date.now()));
    run();
  });
  alarm.set(nextMidnight(Date.now()));
  return () => alarm.set(undefined);
}
