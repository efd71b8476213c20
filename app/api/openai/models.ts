/** `/models` and `/models/:id`. Anthropic's clients use the same paths, so each object has the keys of both APIs. */
import type { Model } from '../../chat/service';
import type { Route } from '../dialect';
import { modelTitle } from '../modelTitle';

export function modelRoutes(): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/models',
      docs: { summary: 'Lists the models, for clients of OpenAI and of Anthropic' },
      handle: async ({ query, models: available }) => {
        const models = await available.list();
        const stages = [...query].flatMap(([name, value]) => (/^lifecycle(?:\[\])?$/.test(name) ? [value] : []));
        const wantedModels = stages.length === 0 || stages.includes(LIFECYCLE) ? models : [];
        const data = wantedModels.map((model) => modelObject(model.id, model));
        const pagination = { has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
        // Codex has a list of models of its own and reports an error without the key (openai/codex#35758).
        const codex = query.has('client_version') ? { models: [] } : {};
        return { type: 'json', body: { object: 'list', data, ...pagination, ...codex } };
      },
    },
    {
      method: 'get',
      path: '/models/*id',
      docs: { summary: 'Describes a model' },
      handle: async ({ params, models }) => {
        const id = params.id ?? '';
        return { type: 'json', body: modelObject(id, await models.resolve(id)) };
      },
    },
  ];
}

/** The start of this app: the CLI does not say when a model was published. */
const CREATED = new Date();

/** The CLI lists no model that is deprecated or retired. */
const LIFECYCLE = 'active';

/** The lines that the types of Anthropic's packages know. */
const LINES: ReadonlySet<string> = new Set(['haiku', 'sonnet', 'opus', 'fable', 'mythos']);

/** @param id the client's name for the model. */
function modelObject(id: string, model: Model) {
  return {
    id,
    object: 'model',
    created: Math.floor(CREATED.getTime() / 1000),
    owned_by: 'anthropic',
    type: 'model',
    display_name: modelTitle(model),
    created_at: CREATED.toISOString(),
    lifecycle: LIFECYCLE,
    line: LINES.has(model.family) ? model.family : null,
    deprecated_at: null,
    retires_at: null,
    max_input_tokens: model.contextLength,
    max_tokens: model.maxOutputTokens,
    capabilities: capabilities(model),
  };
}

/** What a request can use here, in the terms of Anthropic's API. */
function capabilities({ supportsThinking }: Model) {
  const yes = { supported: true };
  const no = { supported: false };
  const thinks = { supported: supportsThinking };
  return {
    batch: no,
    citations: no,
    code_execution: no,
    context_management: {
      ...no,
      clear_thinking_20251015: no,
      clear_tool_uses_20250919: no,
      compact_20260112: no,
    },
    effort: { ...thinks, low: thinks, medium: thinks, high: thinks, xhigh: thinks, max: thinks },
    image_input: yes,
    pdf_input: yes,
    server_tools: { ...no, code_execution: no, web_search: no },
    structured_outputs: yes,
    thinking: {
      ...thinks,
      types: { adaptive: thinks, between_tools: thinks, disabled: thinks, enabled: thinks },
    },
  };
}
