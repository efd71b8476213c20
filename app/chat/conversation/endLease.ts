/** Ends the use of a process by a conversation. */
import type { ProcessLease } from '../../claude/pool/pool';
import { interruptTurn, type RunningTurn } from '../turn/runningTurn';

/** What a conversation had of a process, after it was taken from it. */
export interface TakenLease {
  readonly lease: ProcessLease | undefined;
  readonly waitingTurn: RunningTurn | undefined;
}

/** Gives a process back to the pool, after the turn that waits for the results of tools has been interrupted. */
export async function endLease({ lease, waitingTurn }: TakenLease): Promise<void> {
  if (waitingTurn && lease?.process.reusable) await interruptTurn(waitingTurn);
  // A process that is waiting for a tool result would never exit by itself.
  else if (waitingTurn) lease?.process.kill();
  await lease?.release();
}
