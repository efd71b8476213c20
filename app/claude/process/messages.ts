/**
 * The lines that the CLI writes (context/CLAUDE_PROTOCOL.md). The schemas have only the fields that this app uses; all other
 * fields are ignored, and so are lines of other types, because the CLI gets new ones every few weeks.
 */
import { z } from 'zod';

const usage = z.object({
  input_tokens: z.number().nullish(),
  cache_creation_input_tokens: z.number().nullish(),
  cache_read_input_tokens: z.number().nullish(),
  /** What was written to the prompt cache, by how long it stays there. */
  cache_creation: z
    .object({ ephemeral_5m_input_tokens: z.number().nullish(), ephemeral_1h_input_tokens: z.number().nullish() })
    .nullish(),
  output_tokens: z.number().nullish(),
  output_tokens_details: z.object({ thinking_tokens: z.number().nullish() }).nullish(),
});
export type ApiUsage = z.infer<typeof usage>;

const streamEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('message_start'),
    message: z.object({ id: z.string(), model: z.string(), usage }),
  }),
  z.object({
    type: z.literal('content_block_start'),
    index: z.number(),
    content_block: z.object({
      type: z.string(),
      text: z.string().optional(),
      thinking: z.string().optional(),
      id: z.string().optional(),
      name: z.string().optional(),
    }),
  }),
  z.object({
    type: z.literal('content_block_delta'),
    index: z.number(),
    delta: z.object({
      type: z.string(),
      text: z.string().optional(),
      thinking: z.string().optional(),
      partial_json: z.string().optional(),
    }),
  }),
  z.object({ type: z.literal('content_block_stop'), index: z.number() }),
  z.object({
    type: z.literal('message_delta'),
    delta: z.object({ stop_reason: z.string().nullish(), stop_sequence: z.string().nullish() }),
    usage: usage.nullish(),
  }),
  z.object({ type: z.literal('message_stop') }),
]);
export type StreamEvent = z.infer<typeof streamEvent>;

const resultMessage = z.object({
  type: z.literal('result'),
  subtype: z.string(),
  is_error: z.boolean(),
  result: z.string().nullish(),
  /** The structured answer that the CLI has accepted. */
  structured_output: z.unknown().optional(),
  usage: usage.nullish(),
  total_cost_usd: z.number().nullish(),
  api_error_status: z.number().nullish(),
  terminal_reason: z.string().nullish(),
  modelUsage: z
    .record(z.string(), z.object({ contextWindow: z.number().nullish(), maxOutputTokens: z.number().nullish() }))
    .nullish(),
});
export type ResultMessage = z.infer<typeof resultMessage>;

const apiRetry = z.object({
  type: z.literal('system'),
  subtype: z.literal('api_retry'),
  retry_delay_ms: z.number(),
  error_status: z.number().nullish(),
  error: z.string().nullish(),
});

const turnInit = z.object({
  type: z.literal('system'),
  subtype: z.literal('init'),
  /** Names of the tools that the model is offered in this turn. */
  tools: z.array(z.string()).nullish(),
});

const rateLimit = z.object({
  type: z.literal('rate_limit_event'),
  rate_limit_info: z.object({
    status: z.string(),
    /** Seconds since the epoch. */
    resetsAt: z.number().nullish(),
    rateLimitType: z.string().nullish(),
    /** The used share of the limit, from 0 to 1. */
    utilization: z.number().nullish(),
    /** By the name of the window: `five_hour`, `seven_day`… */
    unifiedWindows: z
      .record(z.string(), z.object({ utilization: z.number().nullish(), resetsAt: z.number().nullish() }))
      .nullish(),
  }),
});
export type RateLimitInfo = z.infer<typeof rateLimit>['rate_limit_info'];

const assistant = z.object({
  type: z.literal('assistant'),
  /** `authentication_failed`, `rate_limit`…: set where the text is the CLI's own error message instead of an answer. */
  error: z.string().nullish(),
});

/** A line that belongs to a turn. */
export type CliMessage =
  | { type: 'stream_event'; event: StreamEvent }
  | ResultMessage
  | z.infer<typeof apiRetry>
  | z.infer<typeof turnInit>
  | z.infer<typeof rateLimit>
  | z.infer<typeof assistant>;

const controlResponse = z.object({
  type: z.literal('control_response'),
  response: z.union([
    z.object({ subtype: z.literal('success'), request_id: z.string(), response: z.unknown().optional() }),
    z.object({ subtype: z.literal('error'), request_id: z.string(), error: z.string() }),
  ]),
});
export type ControlResponse = z.infer<typeof controlResponse>['response'];

const controlRequest = z.object({
  type: z.literal('control_request'),
  request_id: z.string(),
  request: z.looseObject({ subtype: z.string() }),
});
export type IncomingControlRequest = z.infer<typeof controlRequest>;

/** A line, sorted by what the app does with it. */
export type IncomingLine =
  | { kind: 'response'; response: ControlResponse }
  | { kind: 'request'; request: IncomingControlRequest }
  | { kind: 'message'; message: CliMessage }
  /** A line of a type that this app does not know. */
  | { kind: 'unknown' }
  /** No message of the CLI's, or one that cannot be read and that no answer depends on. */
  | { kind: 'noise' };

/** The CLI has written a line that this app cannot read. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

const UNKNOWN = { kind: 'unknown' } as const;
const NOISE = { kind: 'noise' } as const;

/**
 * Anything in the CLI's process may write to stdout: with `ANTHROPIC_LOG` the API's package logs there. Such lines are noise.
 * @throws ProtocolError for a line that an answer or a request depends on and that does not have its type's shape.
 */
export function parseLine(line: string): IncomingLine {
  const value = parseTypedJson(line);
  if (value === undefined) return NOISE;
  switch (value.type) {
    case 'control_response':
      return { kind: 'response', response: read(controlResponse, value).response };
    case 'control_request':
      return { kind: 'request', request: read(controlRequest, value) };
    case 'stream_event':
      return readStreamEvent(value);
    case 'result':
      return { kind: 'message', message: read(resultMessage, value) };
    case 'rate_limit_event':
      return messageOrNoise(rateLimit, value);
    case 'assistant':
      return messageOrNoise(assistant, value);
    case 'system':
      return readSystem(value);
    default:
      return UNKNOWN;
  }
}

function readSystem(value: z.infer<typeof typedLine>): IncomingLine {
  switch (value.subtype) {
    case 'api_retry':
      return messageOrNoise(apiRetry, value);
    case 'init':
      return { kind: 'message', message: read(turnInit, value) };
    default:
      return UNKNOWN;
  }
}

const typedLine = z.looseObject({ type: z.string() });

function parseTypedJson(text: string): z.infer<typeof typedLine> | undefined {
  try {
    return typedLine.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** For messages that an answer is complete without. */
function messageOrNoise(schema: z.ZodType<CliMessage>, value: unknown): IncomingLine {
  const message = schema.safeParse(value).data;
  return message ? { kind: 'message', message } : NOISE;
}

const KNOWN_EVENTS = new Set(streamEvent.options.map((option) => option.shape.type.value as string));
const eventEnvelope = z.object({
  event: z.looseObject({ type: z.string() }),
  parent_tool_use_id: z.string().nullish(),
});

function readStreamEvent(value: unknown): IncomingLine {
  const { event, parent_tool_use_id: parent } = read(eventEnvelope, value);
  // An event with a parent belongs to a sub-agent of the CLI's.
  if (parent || !KNOWN_EVENTS.has(event.type)) return UNKNOWN;
  return { kind: 'message', message: { type: 'stream_event', event: read(streamEvent, event) } };
}

function read<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ProtocolError(z.prettifyError(parsed.error));
}

/** The models in the response to `initialize`. */
export const listedModels = z.array(
  z.object({
    value: z.string(),
    resolvedModel: z.string().nullish(),
    displayName: z.string().nullish(),
    description: z.string().nullish(),
    supportsEffort: z.boolean().nullish(),
    supportsAdaptiveThinking: z.boolean().nullish(),
  }),
);
export type ListedModel = z.infer<typeof listedModels>[number];

const contextUsage = z.object({ model: z.string(), rawMaxTokens: z.int().positive() });
/** The context window of the current model, in tokens, in the response to `get_context_usage`. */
export type ContextUsage = z.infer<typeof contextUsage>;

/** @throws ProtocolError */
export function readContextUsage(payload: unknown): ContextUsage {
  return read(contextUsage, payload);
}

const initializeResult = z.object({
  models: listedModels.default([]),
  account: z
    .object({
      email: z.string().nullish(),
      subscriptionType: z.string().nullish(),
      tokenSource: z.string().nullish(),
      apiKeySource: z.string().nullish(),
      apiProvider: z.string().nullish(),
    })
    .nullish(),
  /** By the server's name: what became of the servers that the request brought. */
  sdk_mcp_manifests_parked: z.record(z.string(), z.unknown()).nullish(),
});
/** The payload of the response to `initialize`. */
export type InitializeResult = z.infer<typeof initializeResult>;

/** @throws ProtocolError */
export function readInitializeResult(payload: unknown): InitializeResult {
  return read(initializeResult, payload);
}

const rewindResult = z.object({
  rewound: z.boolean(),
  reason: z.string().nullish(),
  /** The model's message that is now the last one; null where none is left. */
  precedingAssistantUuid: z.string().nullish(),
});
/** The payload of the response to `rewind_conversation`. */
export type RewindResult = z.infer<typeof rewindResult>;

/** @throws ProtocolError */
export function readRewindResult(payload: unknown): RewindResult {
  return read(rewindResult, payload);
}

const interruptResult = z.object({ still_queued: z.array(z.string()).nullish() });

/** Whether the response to `interrupt` says that the CLI has not begun the turn. */
export function isStillQueued(payload: unknown): boolean {
  return (interruptResult.safeParse(payload).data?.still_queued?.length ?? 0) > 0;
}

const mcpStatus = z.object({ mcpServers: z.array(z.object({ name: z.string(), status: z.string() })) });

/** Whether the response to `mcp_status` says that a server is connected. */
export function isConnected(payload: unknown, server: string): boolean {
  const servers = mcpStatus.safeParse(payload).data?.mcpServers ?? [];
  return servers.some(({ name, status }) => name === server && status === 'connected');
}
