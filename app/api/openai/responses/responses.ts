/** `POST /v1/responses`, which Codex and the AI SDK use: the body's schema, and how a body becomes a `ChatRequest`. */
import { z } from 'zod';
import { type ChatError, invalidParam } from '../../../chat/errors';
import type { ChatRequest } from '../../../chat/request';
import type { ChatReply, ClientContext, DialectServices, RequestSettings, Route } from '../../dialect';
import { EXAMPLE_ANSWER, EXAMPLE_MODEL, EXAMPLE_QUESTION } from '../../docs/example';
import { boundedArray, MOST } from '../../input/boundedArray';
import { conversationName, conversationNameFields } from '../../input/conversationName';
import { documentAs, notSupported } from '../../input/documentAs';
import { buildHistory, type HistoryTurn } from '../../input/history';
import { imageReader } from '../../input/image';
import { validate } from '../../input/validate';
import { isToolSelectionTask, taskFields } from '../../openWebui/taskDetection';
import { toolSelectionWire } from '../../openWebui/toolSelection';
import { DEFAULT_MODEL } from '../chat/chatCompletions';
import { parseMaxTokens, parseSampling, samplingFields, tokenLimit } from '../chat/limitsAndSampling';
import { parseTextFormat, textFormat, textFormatObject } from '../chat/responseFormat';
import { parseThinking, thinkingFields } from '../thinking';
import { responseToolFields, responseTools } from '../tools';
import { unsupportedFields, unsupportedParameters } from '../unsupportedParameters';
import type { FunctionNames } from './namespaces';
import { type InputItem, type Item, inputItem, itemsToTurns } from './responseItems';
import { newId, type OutputItem, type ResponseHead, toInputItem, toolObjects } from './responseObject';
import { createResponseStore, type ResponseStore } from './responseStore';
import { responseWire } from './responseWire';

export function responsesRoute(services: DialectServices): Route {
  const store = createResponseStore();
  return {
    method: 'post',
    path: '/responses',
    docs: {
      summary: 'Answers a chat',
      body: responseBody,
      example: { model: EXAMPLE_MODEL, input: EXAMPLE_QUESTION },
      answer: {
        id: 'resp_1',
        object: 'response',
        created_at: 1_795_000_000,
        status: 'completed',
        model: EXAMPLE_MODEL,
        output: [
          {
            id: 'msg_1',
            type: 'message',
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text: EXAMPLE_ANSWER, annotations: [] }],
          },
        ],
        usage: { input_tokens: 12, output_tokens: 9, total_tokens: 21 },
      },
      streams: 'text/event-stream',
    },
    streamDefault: false,
    handle: async (request) => responseReply(await validate(responseBody, request.body), request, services, store),
  };
}

/** @throws ChatError `invalid_request` where there is nothing to answer, or for a parameter that is not supported. */
export async function responseReply(
  body: ResponseBody,
  { client, owner, header }: ClientContext,
  settings: RequestSettings,
  store: ResponseStore,
): Promise<ChatReply> {
  refuseUnsupported(body);
  const items = conversationItems(body, owner, store);
  const tools = responseTools(body);
  const schema = parseTextFormat(body.text?.format);
  const answerForm = { ...tools.parsed, ...(schema && { schema }) };
  const turns = await toTurns(body, items, tools.names, settings);
  const history = buildHistory(turns, { field: 'input', answerForm, systemMayAsk: true });
  const stream = body.stream ?? false;
  const sampling = parseSampling(body, settings.sendsSampling());
  const question = { ...history, stream, hasTools: tools.parsed.tools !== undefined };
  const request: ChatRequest = {
    model: body.model || DEFAULT_MODEL,
    ...history,
    client,
    owner,
    name: conversationName(body, header),
    ...parseThinking(body),
    ...answerForm,
    ...sampling.parsed,
    ...parseMaxTokens(body.max_output_tokens),
    ...taskFields(question, header, settings),
  };
  const head = responseHead(body, request, tools.names);
  const storeOutput = (output: readonly OutputItem[]) => {
    if (body.store === false) return;
    const outputItems = new Map(output.map((item) => [item.id, toInputItem(item)]));
    const conversation = [...items.earlier, ...items.sent, ...outputItems.values()];
    store.add(owner, head.id, { items: conversation, output: outputItems });
  };
  const wire = responseWire(head, tools.names, storeOutput);
  return {
    type: 'chat',
    request,
    stream,
    ignored: [...tools.ignored, ...sampling.ignored, ...ignoredParameters(body)],
    wire: isToolSelectionTask(question, header) ? toolSelectionWire(wire) : wire,
  };
}

function refuseUnsupported({ background, conversation, prompt }: ResponseBody): void {
  if (background) throw invalidParam('background', 'a response can only be waited for');
  const instead = 'send the whole history, or previous_response_id';
  if (conversation) throw invalidParam('conversation', `conversations are not kept under an id here: ${instead}`);
  if (prompt) throw invalidParam('prompt', 'prompts are not kept here: send the text itself');
}

interface ConversationItems {
  /** The items of the conversation up to `previous_response_id`. */
  readonly earlier: readonly Item[];
  /** The items of this request's `input`. */
  readonly sent: readonly Item[];
}

/** @throws ChatError `invalid_request` for an id that the store does not hold. */
function conversationItems(
  { input, previous_response_id: previous }: ResponseBody,
  owner: string,
  store: ResponseStore,
): ConversationItems {
  const earlier = previous ? store.response(owner, previous)?.items : [];
  if (!earlier) throw unknownId('previous_response_id', `the response '${previous}'`);
  if (typeof input === 'string') return { earlier, sent: [{ type: 'message', role: 'user', content: input }] };
  const sent = input.map((item, index) =>
    item.type === 'item_reference' ? resolveReference(item, index, owner, store) : item,
  );
  return { earlier, sent };
}

function resolveReference(
  { id }: Extract<InputItem, { type: 'item_reference' }>,
  index: number,
  owner: string,
  store: ResponseStore,
): Item {
  const item = store.item(owner, id);
  if (item) return item;
  // Reasoning is not sent to the model anyway.
  if (id.startsWith('rs_')) return { type: 'other' };
  throw unknownId(`input[${index}].id`, `the item '${id.slice(0, 100)}'`);
}

function unknownId(param: string, what: string): ChatError {
  return invalidParam(param, `${what} is not held here (any more): send the whole history instead`);
}

async function toTurns(
  body: ResponseBody,
  { earlier, sent }: ConversationItems,
  names: FunctionNames,
  settings: RequestSettings,
): Promise<HistoryTurn[]> {
  const turns = await itemsToTurns([...earlier, ...sent], earlier.length, names, imageReader(settings));
  const instructions = body.instructions ?? '';
  return instructions === '' ? turns : [{ role: 'system', text: instructions }, ...turns];
}

function responseHead(
  body: ResponseBody,
  { model, tools = [], sampling, maxTokens, effort }: ChatRequest,
  names: FunctionNames,
): ResponseHead {
  const { reasoning } = body;
  return {
    id: newId('resp'),
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    model,
    previous_response_id: body.previous_response_id ?? null,
    instructions: body.instructions ?? null,
    tools: toolObjects(tools, names),
    tool_choice: body.tool_choice ?? 'auto',
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    text: { format: textFormatObject(body.text?.format) },
    reasoning: { effort: effort ?? null, summary: reasoning?.summary ?? reasoning?.generate_summary ?? null },
    truncation: 'disabled',
    temperature: sampling?.temperature ?? 1,
    top_p: sampling?.topP ?? 1,
    presence_penalty: 0,
    frequency_penalty: 0,
    top_logprobs: 0,
    max_output_tokens: maxTokens ?? null,
    max_tool_calls: null,
    store: body.store !== false,
    background: false,
    service_tier: 'default',
    metadata: body.metadata ?? {},
    safety_identifier: body.safety_identifier ?? null,
    prompt_cache_key: body.prompt_cache_key ?? null,
  };
}

function ignoredParameters(body: ResponseBody): string[] {
  return [
    ...unsupportedParameters(body),
    ...(body.text?.verbosity ? ['text.verbosity'] : []),
    ...(body.truncation === 'auto' ? ['truncation'] : []),
    ...(body.max_tool_calls ? ['max_tool_calls'] : []),
    ...(body.include?.length ? ['include'] : []),
    ...(body.safety_identifier ? ['safety_identifier'] : []),
  ];
}

/** Reports only the first value that is not a text. */
const textRecord = z.record(z.string(), z.unknown()).transform((entries, context): Record<string, string> => {
  const wrong = Object.entries(entries).find(([, value]) => typeof value !== 'string');
  if (wrong === undefined) return entries as Record<string, string>;
  context.issues.push({ code: 'invalid_type', expected: 'string', input: wrong[1], path: [wrong[0]] });
  return z.NEVER;
});

export const responseBody = z.object({
  ...conversationNameFields,
  ...unsupportedFields,
  ...thinkingFields,
  ...responseToolFields,
  ...samplingFields,
  model: z.string().nullish(),
  // `buildHistory` refuses a blank text.
  input: z.union([documentAs(z.string(), z.string().regex(/\S/)), boundedArray(inputItem, MOST.messages)], {
    error: (issue) => (issue.input === undefined ? 'is required' : undefined),
  }),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  /** Obfuscation can be turned off only, and there is none here. */
  stream_options: z.object({}).nullish(),
  text: z.object({ format: textFormat, verbosity: z.string().nullish() }).nullish(),
  max_output_tokens: tokenLimit,
  max_tool_calls: z.number().nullish(),
  truncation: z.string().nullish(),
  include: boundedArray(z.string(), MOST.texts).nullish(),
  store: z.boolean().nullish(),
  previous_response_id: z.string().nullish(),
  conversation: notSupported(),
  background: documentAs(z.boolean(), z.literal(false)).nullish(),
  prompt: notSupported(),
  metadata: documentAs(textRecord, z.record(z.string(), z.string())).nullish(),
  safety_identifier: z.string().nullish(),
});

export type ResponseBody = z.output<typeof responseBody>;
