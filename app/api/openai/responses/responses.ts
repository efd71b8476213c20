/** `POST /v1/responses`: what Codex and the AI SDK ask. */
import { z } from 'zod';
import { type ChatError, invalidParam } from '../../../chat/errors';
import type { ChatRequest } from '../../../chat/request';
import type { ChatReply, DialectServices, Route } from '../../dialect';
import { EXAMPLE_ANSWER, EXAMPLE_MODEL, EXAMPLE_QUESTION } from '../../docs/example';
import { conversationName, conversationNameFields } from '../../input/conversationName';
import { buildHistory, type HistoryTurn } from '../../input/history';
import { imageReader } from '../../input/image';
import { validate } from '../../input/validate';
import { isTask, isToolSelectionTask } from '../../openWebui/taskDetection';
import { toolSelectionWire } from '../../openWebui/toolSelection';
import { type AnswerServices, type Asker, DEFAULT_MODEL } from '../chat/chatCompletions';
import { maxTokens, samplingFields, samplingOf, tokenLimit } from '../chat/limits';
import { schemaOfText, textFormat } from '../chat/responseFormat';
import { unhonoured, unhonouredFields } from '../fields';
import { thinkingFields, thinkingOf } from '../thinking';
import { responseToolFields, responseTools } from '../tools';
import type { FunctionNames } from './namespaces';
import { type InputItem, type Item, inputItem, turnsOfItems } from './responseItems';
import { heldItem, newId, type OutputItem, type ResponseHead, toolObjects } from './responseObject';
import { type HeldResponses, heldResponses } from './responseStore';
import { responseWire } from './responseWire';

export function responsesRoute(services: DialectServices): Route {
  const held = heldResponses();
  return {
    method: 'post',
    path: '/responses',
    docs: {
      summary: 'Answers a question',
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
    handle: (call) => responseReply(validate(responseBody, call.body), call, services, held),
  };
}

/** @throws ChatError `invalid_request` where there is nothing to answer, and for what cannot be honoured. */
export async function responseReply(
  asked: ResponseBody,
  { client, owner, header }: Asker,
  services: AnswerServices,
  held: HeldResponses,
): Promise<ChatReply> {
  refuseUnserved(asked);
  const items = itemsOf(asked, owner, held);
  const tools = responseTools(asked);
  const schema = schemaOfText(asked.text?.format);
  const wanted = { ...tools.part, ...(schema && { schema }) };
  const turns = await turnsOf(asked, items, tools.names, services);
  const history = buildHistory(turns, { field: 'input', answerForm: wanted });
  const stream = asked.stream ?? false;
  const sampling = samplingOf(asked, services.sendsSampling());
  const question = { ...history, stream, hasTools: tools.part.tools !== undefined };
  const request: ChatRequest = {
    model: asked.model || DEFAULT_MODEL,
    ...history,
    client,
    owner,
    name: conversationName(asked, header),
    ephemeral: isTask(question, header),
    ...thinkingOf(asked),
    ...wanted,
    ...sampling.part,
    ...maxTokens(asked.max_output_tokens),
  };
  const head = headOf(asked, request, tools.names);
  const hold = (output: readonly OutputItem[]) => {
    if (asked.store === false) return;
    const own = new Map(output.map((item) => [item.id, heldItem(item)]));
    held.hold(owner, head.id, { items: [...items.before, ...items.given, ...own.values()], output: own });
  };
  const wire = responseWire(head, tools.names, hold);
  return {
    type: 'chat',
    request,
    stream,
    ignored: [...tools.ignored, ...sampling.ignored, ...unhonouredHere(asked)],
    wire: isToolSelectionTask(question, header) ? toolSelectionWire(wire) : wire,
  };
}

function refuseUnserved({ background, conversation, prompt }: ResponseBody): void {
  if (background) throw invalidParam('background', 'a response can only be waited for');
  const instead = 'send the whole history, or previous_response_id';
  if (conversation) throw invalidParam('conversation', `conversations are not kept under an id here: ${instead}`);
  if (prompt) throw invalidParam('prompt', 'prompts are not kept here: send the text itself');
}

interface GivenItems {
  /** Of the responses before. */
  readonly before: readonly Item[];
  readonly given: readonly Item[];
}

/** @throws ChatError `invalid_request` where nobody knows any more what an id stands for. */
function itemsOf(
  { input, previous_response_id: previous }: ResponseBody,
  owner: string,
  held: HeldResponses,
): GivenItems {
  const before = previous ? held.response(owner, previous)?.items : [];
  if (!before) throw forgotten('previous_response_id', `the response '${previous}'`);
  if (typeof input === 'string') return { before, given: [{ type: 'message', role: 'user', content: input }] };
  const given = input.map((item, index) =>
    item.type === 'item_reference' ? referred(item, index, owner, held) : item,
  );
  return { before, given };
}

function referred(
  { id }: Extract<InputItem, { type: 'item_reference' }>,
  index: number,
  owner: string,
  held: HeldResponses,
): Item {
  const item = held.item(owner, id);
  if (item) return item;
  // Of reasoning there is nothing to tell the model.
  if (id.startsWith('rs_')) return { type: 'other' };
  throw forgotten(`input[${index}].id`, `the item '${id.slice(0, 100)}'`);
}

function forgotten(param: string, what: string): ChatError {
  return invalidParam(param, `${what} is not held here (any more): send the whole history instead`);
}

async function turnsOf(
  asked: ResponseBody,
  { before, given }: GivenItems,
  names: FunctionNames,
  services: AnswerServices,
): Promise<HistoryTurn[]> {
  const turns = await turnsOfItems([...before, ...given], before.length, names, imageReader(services));
  const instructions = asked.instructions ?? '';
  return instructions === '' ? turns : [{ role: 'system', text: instructions }, ...turns];
}

function headOf(
  asked: ResponseBody,
  { model, tools = [], sampling, maxTokens, effort }: ChatRequest,
  names: FunctionNames,
): ResponseHead {
  const { reasoning } = asked;
  return {
    id: newId('resp'),
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    model,
    previous_response_id: asked.previous_response_id ?? null,
    instructions: asked.instructions ?? null,
    tools: toolObjects(tools, names),
    tool_choice: asked.tool_choice ?? 'auto',
    parallel_tool_calls: asked.parallel_tool_calls ?? true,
    text: { format: asked.text?.format ?? { type: 'text' } },
    reasoning: { effort: effort ?? null, summary: reasoning?.summary ?? reasoning?.generate_summary ?? null },
    truncation: 'disabled',
    temperature: sampling?.temperature ?? 1,
    top_p: sampling?.topP ?? 1,
    presence_penalty: 0,
    frequency_penalty: 0,
    top_logprobs: 0,
    max_output_tokens: maxTokens ?? null,
    max_tool_calls: null,
    store: asked.store !== false,
    background: false,
    service_tier: 'default',
    metadata: asked.metadata ?? {},
    safety_identifier: asked.safety_identifier ?? null,
    prompt_cache_key: asked.prompt_cache_key ?? null,
  };
}

function unhonouredHere(asked: ResponseBody): string[] {
  return [
    ...unhonoured(asked),
    ...(asked.text?.verbosity ? ['text.verbosity'] : []),
    ...(asked.truncation === 'auto' ? ['truncation'] : []),
    ...(asked.max_tool_calls ? ['max_tool_calls'] : []),
    ...(asked.include?.length ? ['include'] : []),
  ];
}

export const responseBody = z.object({
  ...conversationNameFields,
  ...unhonouredFields,
  ...thinkingFields,
  ...responseToolFields,
  ...samplingFields,
  model: z.string().nullish(),
  input: z.union([z.string(), z.array(inputItem)], {
    error: (issue) => (issue.input === undefined ? 'is required' : undefined),
  }),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  text: z.object({ format: textFormat, verbosity: z.string().nullish() }).nullish(),
  max_output_tokens: tokenLimit,
  max_tool_calls: z.number().nullish(),
  truncation: z.string().nullish(),
  include: z.array(z.string()).nullish(),
  store: z.boolean().nullish(),
  previous_response_id: z.string().nullish(),
  conversation: z.unknown().optional(),
  background: z.boolean().nullish(),
  prompt: z.unknown().optional(),
  metadata: z.record(z.string(), z.string()).nullish(),
  safety_identifier: z.string().nullish(),
});

export type ResponseBody = z.output<typeof responseBody>;
