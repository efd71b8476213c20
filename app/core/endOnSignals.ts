/** The signals that end a process without a window: of a terminal, of a service manager, of a session that ends. */

/**
 * Calls `end` at the first one and ignores the others: a terminal and the program in front of this one may each send one. What is printed
 * to a terminal that is gone is lost.
 */
export function endOnSignals(end: () => void): void {
  let hasBegun = false;
  const begin = () => {
    if (hasBegun) return;
    hasBegun = true;
    end();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, begin);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}
