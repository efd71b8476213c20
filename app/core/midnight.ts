/** Tells when a new day has begun, local time. */
import { createAlarm } from '../shared/alarm';

/**
 * Calls the function soon after each local midnight, after a sleep of the computer within a minute, once however many days have passed.
 * Returns the function that ends this. Does not keep the program running.
 */
export function onMidnight(run: () => void): () => void {
  const alarm = createAlarm(() => {
    alarm.set(nextMidnight());
    run();
  });
  alarm.set(nextMidnight());
  return () => alarm.set(undefined);
}

/** In ms since the epoch. Days may have 23 or 25 hours. */
function nextMidnight(): number {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1).getTime();
}
