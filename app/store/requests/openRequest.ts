/** A request while it is answered: its details, what its outcome follows from, and its texts. */
import { randomUUID } from 'node:crypto';
import type { ChatEvent } from '../../chat/events';
import type { ChatRequest } from '../../chat/request';
import type { RequestDetails, RequestTexts } from '../../shared/contract';
import { type OutcomeFacts, requestOutcome } from '../../shared/requests/requestOutcome';
import type { RequestChange, RequestEnd, RequestRecord, RequestStart } from '../journal';
import { type OpenTexts, openTexts } from './openTexts';
import { answerMs } from './requestsTable';

export interface OpenRequest {
  readonly details: RequestDetails;
  /** null where the user's settings keep them out, they were deleted, or nothing was asked yet. */
  texts: OpenTexts | null;
  /** Whether texts were recorded, also where they were deleted meanwhile. */
  hasTexts: boolean;
  /** The tool calls in its answer, by id. */
  readonly toolCalls: string[];
  facts: Pick<OutcomeFacts, 'endReason' | 'failure'>;
}

/** A request that has ended and is not written yet. */
export interface UnwrittenRequest {
  readonly details: RequestDetails;
  /** Ms since the epoch. */
  readonly endedAt: number;
  texts: RequestTexts | null;
  readonly hasTexts: boolean;
}

export interface RecordEvents {
  keepsTexts(): boolean;
  notify(request: RequestDetails): void;
  onEnd(request: OpenRequest): void;
  /** Counts the refused request, and returns whether it is recorded as well. */
  shouldRecordRefusal(): boolean;
  /** How long the client's tools took to bring these results by the time `at`; null where their calls are not known. */
  toolWaitMs(results: readonly string[], at: number): number | null;
}

export function newRequest(start: RequestStart, at: number): OpenRequest {
  const details: RequestDetails = {
    id: randomUUID(),
    at,
    ...start,
    keyId: '',
    keyName: '',
    route: null,
    phase: 'waiting',
    outcome: 'waiting',
    asked: '',
    status: null,
    usage: null,
    firstTokenMs: null,
    durationMs: null,
    resolvedModel: null,
    conversation: null,
    served: null,
    messages: null,
    loadMs: null,
    queueMs: null,
    processMs: null,
    promptMs: null,
    answerMs: null,
    toolWaitMs: null,
    error: null,
    ignored: [],
    isolation: null,
    payer: null,
    billing: null,
    accountId: '',
  };
  return { details, texts: null, hasTexts: false, toolCalls: [], facts: {} };
}

/** Takes the change over, and all that follows from it. */
export function changeRequest(request: OpenRequest, { endReason, failure, ...change }: RequestChange): void {
  const { details } = request;
  request.facts = { endReason: endReason ?? request.facts.endReason, failure: failure ?? request.facts.failure };
  Object.assign(details, change);
  const { loadMs, queueMs, firstTokenMs, durationMs } = details;
  details.processMs = loadMs === null || queueMs === null ? null : loadMs - queueMs;
  details.promptMs = loadMs === null || firstTokenMs === null ? null : Math.max(0, firstTokenMs - loadMs);
  details.answerMs = answerMs(firstTokenMs, durationMs);
  details.outcome = requestOutcome({ ...details, ...request.facts });
}

export function openRecord(request: OpenRequest, events: RecordEvents): RequestRecord {
  const { details } = request;
  const startedAt = performance.now();
  let open = true;
  return {
    id: details.id,
    change(change) {
      if (!open) return;
      changeRequest(request, change);
      events.notify(details);
    },
    ask(asked: ChatRequest) {
      if (!open) return;
      details.toolWaitMs = events.toolWaitMs(toolResultIds(asked), details.at);
      if (events.keepsTexts()) {
        request.texts = openTexts(asked);
        request.hasTexts = true;
        details.asked = request.texts.asked;
      }
      events.notify(details);
    },
    answer(choice: number, event: ChatEvent) {
      if (event.type === 'tool_call') request.toolCalls.push(event.id);
      request.texts?.add(choice, event);
    },
    end(change: RequestEnd, { refused = false } = {}) {
      if (!open) return;
      open = false;
      if (refused && !events.shouldRecordRefusal()) return;
      changeRequest(request, { ...change, durationMs: Math.round(performance.now() - startedAt) });
      events.onEnd(request);
      events.notify(details);
    },
  };
}

/** The tool calls whose results the request brings: those behind the last answer. */
function toolResultIds({ messages }: ChatRequest): string[] {
  const start = messages.findLastIndex(({ role }) => role === 'assistant') + 1;
  return messages
    .slice(start)
    .flatMap(({ content }) => content.flatMap((block) => (block.type === 'tool_result' ? [block.toolUseId] : [])));
}
