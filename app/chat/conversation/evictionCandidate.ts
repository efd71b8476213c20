/** Which idle conversation gives up its process when another request needs one. */
/**
 * The conversation that has been idle for longest and does not wait for a tool's result: a client that runs a tool will
 * be back. But many clients declare a tool only to get an answer in its form and never send a result, and their
 * processes would take all places. So where more than half of the idle conversations wait for a tool, the longest
 * waiting of these goes.
 * @param idle the least recently used first.
 */
export function evictionCandidate<T extends { waitingTurn?: unknown }>(idle: readonly T[]): T | undefined {
  const waiting = idle.filter(({ waitingTurn }) => waitingTurn !== undefined);
  if (waiting.length * 2 > idle.length) return waiting[0];
  return idle.find(({ waitingTurn }) => waitingTurn === undefined);
}
