/** Writes responses in OpenAI's form, with all keys that its clients read, including those that repeat the request. */
import { randomUUID } from 'node:crypto';
import type { EndReason } from '../../../chat/events';
import type { ClientTool } from '../../../chat/request';
import type { Usage } from '../../../shared/usage';
import type { FunctionNames } from './namespaces';
import type { Item } from './responseItems';

/** The fields that do not change while a response is generated: its id and the request's parameters. */
export interface ResponseHead {
  readonly id: string;
  readonly [key: string]: unknown;
}

export type OutputItem = ReasoningItem | MessageItem | FunctionCallItem;

interface ReasoningItem {
  readonly id: string;
  readonly type: 'reasoning';
  readonly summary: readonly SummaryPart[];
}

export interface SummaryPart {
  readonly type: 'summary_text';
  readonly text: string;
}

interface MessageItem {
  readonly id: string;
  readonly type: 'message';
  readonly status: Status;
  readonly role: 'assistant';
  readonly content: readonly TextPart[];
}

export interface TextPart {
  readonly type: 'output_text';
  readonly text: string;
  readonly annotations: readonly [];
  readonly logprobs: readonly [];
}

interface FunctionCallItem {
  readonly id: string;
  readonly type: 'function_call';
  readonly status: Status;
  readonly call_id: string;
  readonly namespace?: string;
  readonly name: string;
  readonly arguments: string;
}

/** A call, with the client's name of the function. */
export interface ClientToolCall {
  readonly id: string;
  readonly name: string;
  readonly namespace?: string;
}

type Status = 'in_progress' | 'completed' | 'incomplete';

/** @param prefix `resp` for a response; `msg`, `rs` or `fc` for an item. */
export function newId(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll('-', '')}`;
}

export function responseInProgress(head: ResponseHead): object {
  return {
    ...head,
    status: 'in_progress',
    completed_at: null,
    incomplete_details: null,
    error: null,
    output: [],
    usage: UNKNOWN_USAGE,
  };
}

export function finishedResponse(
  head: ResponseHead,
  output: readonly OutputItem[],
  reason: EndReason,
  usage: Usage,
): object {
  const incomplete = INCOMPLETE_REASONS[reason];
  return {
    ...head,
    status: incomplete === undefined ? 'completed' : 'incomplete',
    completed_at: incomplete === undefined ? Math.floor(Date.now() / 1000) : null,
    incomplete_details: incomplete === undefined ? null : { reason: incomplete },
    error: null,
    output,
    usage: usageObject(usage),
  };
}

/** @param error `code` is one of OpenAI's. */
export function failedResponse(
  head: ResponseHead,
  output: readonly OutputItem[],
  error: { readonly code: string; readonly message: string },
): object {
  return {
    ...head,
    status: 'failed',
    completed_at: null,
    incomplete_details: null,
    error,
    output,
    usage: UNKNOWN_USAGE,
  };
}

/** Open Responses requires the field in every response. OpenAI's server sends it, too, though its description has no null there. */
const UNKNOWN_USAGE = null;

/** Why an answer is incomplete; no entry for a complete one. */
export const INCOMPLETE_REASONS: Partial<Record<EndReason, 'max_output_tokens' | 'content_filter'>> = {
  length: 'max_output_tokens',
  refusal: 'content_filter',
};

export function reasoningItem(id: string, text: string): ReasoningItem {
  return { id, type: 'reasoning', summary: text === '' ? [] : [summaryPart(text)] };
}

export function summaryPart(text: string): SummaryPart {
  return { type: 'summary_text', text };
}

export function messageItem(id: string, text: string, status: Exclude<Status, 'in_progress'>): MessageItem {
  return { id, type: 'message', status, role: 'assistant', content: [textPart(text)] };
}

export function textPart(text: string): TextPart {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}

export function callItem(id: string, call: ClientToolCall, json: string, status: Status): FunctionCallItem {
  const { id: call_id, ...functionName } = call;
  return { id, type: 'function_call', status, call_id, ...functionName, arguments: json };
}

/** The functions in the client's form, grouped by namespace. */
export function toolObjects(tools: readonly ClientTool[], names: FunctionNames): object[] {
  const objects = tools.map(({ name, description, inputSchema: parameters }) => {
    const clientName = names.toClient(name);
    return {
      namespace: clientName.namespace,
      object: { type: 'function', name: clientName.name, description, parameters, strict: false },
    };
  });
  return [...new Set(objects.map(({ namespace }) => namespace))].flatMap((name): object[] => {
    const functions = objects.filter(({ namespace }) => namespace === name).map(({ object }) => object);
    return name === undefined ? functions : [{ type: 'namespace', name, description: '', tools: functions }];
  });
}

/** The output item as input of a later request. */
export function toInputItem(item: OutputItem): Item {
  switch (item.type) {
    case 'message':
      return { type: 'message', role: 'assistant', content: item.content.map(({ type, text }) => ({ type, text })) };
    case 'function_call': {
      const { type, call_id, namespace, name, arguments: json } = item;
      return { type, call_id, namespace, name, arguments: json };
    }
    default:
      return { type: 'other' };
  }
}

/** The usage of a response in OpenAI's form. */
export interface ResponseUsage {
  readonly input_tokens: number;
  readonly input_tokens_details: { readonly cached_tokens: number; readonly cache_write_tokens: number };
  readonly output_tokens: number;
  readonly output_tokens_details: { readonly reasoning_tokens: number };
  readonly total_tokens: number;
  /** US dollars. */
  readonly cost: number;
}

function usageObject(usage: Usage): ResponseUsage {
  const input = usage.input + usage.cacheRead + usage.cacheWrite;
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: usage.cacheRead, cache_write_tokens: usage.cacheWrite },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.thinking },
    total_tokens: input + usage.output,
    // Not part of OpenAI's API: Open WebUI adds it up over a chat.
    cost: usage.costUsd,
  };
}
