/** How the duration of a request is divided. */
import type { RequestDetails } from '../../../../app/shared/contract';

export interface TimingPart {
  key: 'queue' | 'process' | 'load' | 'prompt' | 'answer' | 'tool';
  name: string;
  /** What happens in it. */
  title: string;
  /** null for a part that the request has not reached, or whose length is not known. */
  ms: number | null;
  /** When it begins, after the request's arrival; what comes before that is negative. */
  startMs: number;
}

/**
 * The client's tool, loading (waiting for a process and preparing it), prompt (until the model's first token) and answer. The part that a request has
 * reached goes on until `elapsedMs`, or to its end. Empty for a request that asked no model.
 */
export function requestTiming(details: RequestDetails, elapsedMs: number): TimingPart[] {
  const { messages, loadMs, firstTokenMs, durationMs, queueMs, processMs, toolWaitMs } = details;
  if (messages === null && loadMs === null && firstTokenMs === null) return [];
  const total = durationMs ?? elapsedMs;
  const reached = (ms: number) => Math.min(ms, total);
  const load = loadMs === null ? null : reached(loadMs);
  const first = firstTokenMs === null ? null : reached(Math.max(firstTokenMs, load ?? 0));
  const loadedMs = load ?? (first === null ? total : null);
  const promptMs = load === null && first === null ? null : (first ?? total) - (load ?? 0);
  const answerMs = first === null ? null : total - first;
  const promptAt = load ?? loadedMs ?? 0;
  const answerAt = first ?? total;
  return [
    ...(toolWaitMs ? [toolPart(toolWaitMs)] : []),
    ...loading(loadedMs, queueMs, processMs),
    { key: 'prompt', name: 'Prompt', title: 'Until the first token of the model', ms: promptMs, startMs: promptAt },
    { key: 'answer', name: 'Answer', title: 'While the model writes', ms: answerMs, startMs: answerAt },
  ];
}

/** The client ran its tool before it sent the result with this request. */
function toolPart(ms: number): TimingPart {
  return { key: 'tool', name: 'Tool', title: 'Before this request: the client’s tool was running', ms, startMs: -ms };
}

function loading(loadMs: number | null, queueMs: number | null, processMs: number | null): TimingPart[] {
  if (loadMs === null || queueMs === null)
    return [{ key: 'load', name: 'Load', title: 'Waiting for a process and preparing it', ms: loadMs, startMs: 0 }];
  const queue = Math.min(queueMs, loadMs);
  const process = Math.min(processMs ?? loadMs - queue, loadMs - queue);
  return [
    { key: 'queue', name: 'Queue', title: 'Waiting for a free process', ms: queue, startMs: 0 },
    {
      key: 'process',
      name: 'Process',
      title: 'Starting the process and replaying the history',
      ms: process,
      startMs: queue,
    },
  ];
}
