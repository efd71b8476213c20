/** A response as OpenAI writes it, with all the keys that its clients read, the request's own among them. */
import { randomUUID } from 'node:crypto';
import type { EndReason } from '../../../chat/events';
import type { ClientTool } from '../../../chat/request';
import type { Usage } from '../../../shared/usage';
import type { FunctionNames } from './namespaces';
import type { Item } from './responseItems';

/** What is the same in all of a response's states: its id, and what was asked. */
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

/** A call as the client knows it. */
export interface NamedCall {
  readonly id: string;
  readonly name: string;
  readonly namespace?: string;
}

type Status = 'in_progress' | 'completed' | 'incomplete';

/** @param prefix `resp`, or `msg` and the like for an item. */
export function newId(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll('-', '')}`;
}

export function inProgress(head: ResponseHead): object {
  return { ...head, status: 'in_progress', completed_at: null, incomplete_details: null, error: null, output: [] };
}

export function ended(head: ResponseHead, output: readonly OutputItem[], reason: EndReason, usage: Usage): object {
  const cut = INCOMPLETE[reason];
  return {
    ...head,
    status: cut === undefined ? 'completed' : 'incomplete',
    completed_at: cut === undefined ? Math.floor(Date.now() / 1000) : null,
    incomplete_details: cut === undefined ? null : { reason: cut },
    error: null,
    output,
    usage: usageObject(usage),
  };
}

/** @param error `code` is one of OpenAI's. */
export function failed(
  head: ResponseHead,
  output: readonly OutputItem[],
  error: { readonly code: string; readonly message: string },
): object {
  return { ...head, status: 'failed', completed_at: null, incomplete_details: null, error, output };
}

/** Why an answer is not whole; absent where it is. */
export const INCOMPLETE: Partial<Record<EndReason, 'max_output_tokens' | 'content_filter'>> = {
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

export function callItem(id: string, call: NamedCall, json: string, status: Status): FunctionCallItem {
  const { id: call_id, ...named } = call;
  return { id, type: 'function_call', status, call_id, ...named, arguments: json };
}

/** The functions as the client would have written them in full, those of a group together. */
export function toolObjects(tools: readonly ClientTool[], names: FunctionNames): object[] {
  const written = tools.map(({ name, description, inputSchema: parameters }) => {
    const named = names.toClient(name);
    return {
      namespace: named.namespace,
      object: { type: 'function', name: named.name, description, parameters, strict: false },
    };
  });
  return [...new Set(written.map(({ namespace }) => namespace))].flatMap((name): object[] => {
    const functions = written.filter(({ namespace }) => namespace === name).map(({ object }) => object);
    return name === undefined ? functions : [{ type: 'namespace', name, description: '', tools: functions }];
  });
}

/** What of the output a later request can go on from. */
export function heldItem(item: OutputItem): Item {
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

function usageObject(usage: Usage): object {
  const input = usage.input + usage.cacheRead + usage.cacheWrite;
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: usage.cacheRead, cache_write_tokens: usage.cacheWrite },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.thinking },
    total_tokens: input + usage.output,
    // Not OpenAI's: Open WebUI adds it up over a chat.
    cost: usage.costUsd,
  };
}
