/** How the duration of a request is divided. */
import type { RequestDetails } from '../../../app/shared/contract';

export interface TimingPart {
  key: 'load' | 'prompt' | 'answer';
  name: string;
  /** null for a part that the request has not reached, or whose length is not known. */
  ms: number | null;
}

/**
 * Load (waiting for a process and preparing it), prompt (until the model's first token) and answer. The part that a request has reached
 * goes on until `elapsedMs`, or to its end. Empty for a request that asked no model.
 */
export function requestTiming(details: RequestDetails, elapsedMs: number): TimingPart[] {
  const { messages, loadMs, firstTokenMs, durationMs } = details;
  if (messages === null && loadMs === null && firstTokenMs === null) return [];
  const total = durationMs ?? elapsedMs;
  const reached = (ms: number) => Math.min(ms, total);
  const load = loadMs === null ? null : reached(loadMs);
  const first = firstTokenMs === null ? null : reached(Math.max(firstTokenMs, load ?? 0));
  return [
    { key: 'load', name: 'Load', ms: load ?? (first === null ? total : null) },
    { key: 'prompt', name: 'Prompt', ms: load === null && first === null ? null : (first ?? total) - (load ?? 0) },
    { key: 'answer', name: 'Answer', ms: first === null ? null : total - first },
  ];
}
