/** `/models` and `/models/:id`. Anthropic's clients use the same paths, so each object has the keys of both APIs. */
import type { Model } from '../../chat/service';
import type { DialectServices, Route } from '../dialect';
import { modelTitle } from '../modelTitle';

export function modelRoutes({ chat }: DialectServices): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/models',
      docs: { summary: 'Lists the models, for clients of OpenAI and of Anthropic' },
      handle: async ({ query }) => {
        const models = await chat.models();
        const data = models.map((model) => modelObject(model.id, model));
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
      handle: async ({ params }) => {
        const id = params.id ?? '';
        return { type: 'json', body: modelObject(id, await chat.resolveModel(id)) };
      },
    },
  ];
}

/** The start of this app: the CLI does not say when a model was published. */
const CREATED = new Date();

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
  };
}
