/** Why the pool could not give a request a process. */

/** The limit of processes is reached, and the queue is full, or no process has become free in time. */
export class PoolBusyError extends Error {
  override readonly name = 'PoolBusyError';
}

/** A process was started for the request, and ended before it was ready. */
export class ProcessFailedError extends Error {
  override readonly name = 'ProcessFailedError';
}
