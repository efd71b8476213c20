/** Translates the parameters of a message into those of a `ChatRequest`. Parameters without an effect here are listed, never refused. */
import { z } from 'zod';
import { invalidParam } from '../../chat/errors';
import type { ChatRequest, Effort, ToolChoice } from '../../chat/request';
import { boundedArray, MOST } from '../input/boundedArray';
import { clientTools, toolNameField } from '../input/clientTools';
import { documentAs } from '../input/documentAs';
import { jsonSchemaField, objectSchema } from '../input/objectSchema';
import { knownTool } from './knownTools';

const format = z.object({ type: z.literal('json_schema'), schema: jsonSchemaField });

const toolType = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, underscores and dashes');

const toolFields = {
  description: z.string().nullish(),
  input_schema: jsonSchemaField.nullish(),
  defer_loading: z.boolean().nullish(),
};

const tool = documentAs(
  z.object({
    /** Absent or `custom` for the client's own tools; the API's tools have types such as `web_search_20250305`. */
    type: toolType.nullish(),
    name: z.string().nullish(),
    ...toolFields,
  }),
  z.union([
    z.object({ type: z.literal('custom').nullish(), name: toolNameField, ...toolFields }),
    z.object({ type: toolType.meta({ not: { const: 'custom' } }), name: z.string().nullish(), ...toolFields }),
  ]),
);

const toolsField = boundedArray(tool, MOST.tools).nullish();

export const parameterFields = {
  stop_sequences: boundedArray(z.string(), MOST.texts).nullish(),
  thinking: z
    .object({
      type: z.enum(['enabled', 'disabled', 'adaptive']),
      budget_tokens: z.number().nullish(),
      display: z.string().nullish(),
    })
    .nullish(),
  output_config: z
    .object({ effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).nullish(), format: format.nullish() })
    .nullish(),
  /** The name of `output_config.format` while it was a beta. */
  output_format: format.nullish(),
  tools: toolsField,
  tool_choice: z
    .object({
      type: z.enum(['auto', 'any', 'tool', 'none']),
      name: z.string().nullish(),
      disable_parallel_tool_use: z.boolean().nullish(),
    })
    .nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  top_k: z.number().nullish(),
  mcp_servers: z.unknown().optional(),
  container: z.unknown().optional(),
  context_management: z.unknown().optional(),
  speed: z.unknown().optional(),
  service_tier: z.string().nullish(),
};

export type MessageParameters = z.output<z.ZodObject<typeof parameterFields>>;

type ParsedParameters = Pick<
  ChatRequest,
  'thinking' | 'withoutThinking' | 'tools' | 'toolChoice' | 'parallelTools' | 'schema' | 'effort' | 'stop' | 'sampling'
>;

/**
 * @param foundTools the names of the deferred tools that the client's search has found.
 * @throws ChatError `invalid_request` for tools, a tool choice or a schema that the API does not support.
 */
export function parseParameters(
  body: MessageParameters,
  sendsSampling: boolean,
  foundTools: ReadonlySet<string>,
): ParsedParameters {
  const { thinking, output_config, output_format, tool_choice, stop_sequences } = body;
  const tools = parseTools(body.tools ?? [], foundTools);
  const format = output_config?.format ?? output_format;
  return {
    thinking: thinking != null && thinking.type !== 'disabled' && thinking.display !== 'omitted',
    withoutThinking: thinking?.type === 'disabled',
    tools,
    toolChoice: toolChoice(tool_choice, new Set(tools.map(({ name }) => name))),
    parallelTools: tool_choice?.disable_parallel_tool_use !== true,
    schema: format ? objectSchema(format.schema, 'output_config.format.schema') : undefined,
    effort: output_config?.effort ?? effortOfBudget(thinking),
    stop: stop_sequences?.filter((sequence) => sequence !== ''),
    sampling: sendsSampling ? sampling(body) : undefined,
  };
}

/**
 * As with the API, the model sees a deferred tool once a search has found it. The API's own search does not exist here, so all tools
 * are offered where the client relies on it.
 */
function parseTools(tools: NonNullable<z.output<typeof toolsField>>, foundTools: ReadonlySet<string>) {
  const searchesItself = !tools.some(({ type }) => type?.startsWith('tool_search_tool'));
  const offeredTools = tools.map((tool, index) => ({ ...tool, field: `tools[${index}]` })).filter(isOffered);
  const declaredTools = clientTools(
    offeredTools.map(({ type, name, description, input_schema, defer_loading, field }) => ({
      name: name ?? '',
      ...(knownTool(type ?? '') ?? { description, schema: input_schema }),
      deferred: (searchesItself && defer_loading) || undefined,
      nameParam: `${field}.name`,
      schemaParam: `${field}.input_schema`,
    })),
  );
  return declaredTools.filter(({ name, deferred }) => !deferred || foundTools.has(name));
}

/** Whether the client runs the tool, rather than the API. */
function isOffered({ type }: z.output<typeof tool>): boolean {
  return type === undefined || type === null || type === 'custom' || knownTool(type) !== undefined;
}

function toolChoice(choice: MessageParameters['tool_choice'], names: ReadonlySet<string>): ToolChoice | undefined {
  if (!choice) return undefined;
  const { type, name } = choice;
  if (type === 'auto' || type === 'none') return { type };
  if (type === 'tool') {
    if (name != null && names.has(name)) return { type: 'named', name };
    throw invalidParam('tool_choice.name', 'must be the name of one of the tools');
  }
  if (names.size > 0) return { type: 'required' };
  throw invalidParam('tool_choice', 'there is no tool to choose');
}

/** Current models take an effort instead of a thinking budget. */
function effortOfBudget(thinking: MessageParameters['thinking']): Effort | undefined {
  if (thinking?.type !== 'enabled' || thinking.budget_tokens == null) return undefined;
  if (thinking.budget_tokens <= LOW_BUDGET) return 'low';
  return thinking.budget_tokens <= MEDIUM_BUDGET ? 'medium' : 'high';
}

/** Tokens. The largest budgets that become the efforts `low` and `medium`. */
const LOW_BUDGET = 4_096;
const MEDIUM_BUDGET = 16_384;

function sampling({ temperature, top_p, top_k }: MessageParameters): ChatRequest['sampling'] {
  return {
    ...(temperature != null && { temperature }),
    ...(top_p != null && { topP: top_p }),
    ...(top_k != null && { topK: top_k }),
  };
}

/** The parameters that the client sent and that would have changed the API's answer, but have no effect here. Tools that the API runs are listed by type. */
export function ignoredParameters(body: MessageParameters, sendsSampling: boolean): string[] {
  const apiTools = (body.tools ?? []).flatMap((tool) => (isOffered(tool) ? [] : [`tools.${tool.type}`]));
  const others = UNSUPPORTED.filter((name) => hasEffect(body[name]));
  return [
    ...new Set([...apiTools, ...others]),
    ...(sendsSampling ? [] : SAMPLING.filter((name) => body[name] != null)),
  ];
}

const SAMPLING = ['temperature', 'top_p', 'top_k'] as const;
const UNSUPPORTED = ['mcp_servers', 'container', 'context_management', 'speed', 'service_tier'] as const;

function hasEffect(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'object') return Object.keys(value).length > 0;
  return value !== 'auto' && value !== 'standard';
}
