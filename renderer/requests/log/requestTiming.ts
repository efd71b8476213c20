/** How the duration of a request is divided. */
import type { RequestDetails } from '../../../app/shared/contract';

export interface TimingPart {
  key: 'load' | 'prompt' | 'answer';
  name: string;
  ms: number;
}

/**
 * Load (waiting for a process and preparing it), prompt (until the model's first token) and answer, as far as they are known. A request
 * without a first token has no answer part; one that still runs ends at `elapsedMs`.
 */
export function requestTiming(details: RequestDetails, elapsedMs: number): TimingPart[] {
  const total = details.durationMs ?? elapsedMs;
  const load = Math.min(details.loadMs ?? 0, total);
  const first = details.firstTokenMs === null ? total : Math.min(Math.max(details.firstTokenMs, load), total);
  const parts: TimingPart[] = [
    { key: 'load', name: 'Load', ms: load },
    { key: 'prompt', name: 'Prompt', ms: first - load },
    { key: 'answer', name: 'Answer', ms: total - first },
  ];
  return details.loadMs === null && details.firstTokenMs === null ? [] : parts;
}
