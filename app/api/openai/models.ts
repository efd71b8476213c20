/** `/models` and `/models/:id`. Anthropic's clients ask at the same paths, so each object has the keys of both. */
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
        const ends = { has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
        // Codex reads its own list, and takes the absence of one for an error (openai/codex#35758).
        const codex = query.has('client_version') ? { models: [] } : {};
        return { type: 'json', body: { object: 'list', data, ...ends, ...codex } };
      },
    },
    {
      method: 'get',
      path: '/models/*id',
      docs: { summary: 'Describes a model' },
      handle: async ({ params }) => {
        const id = params.id ?? '';
        return { type: 'json', body: modelObject(id, await chat.resolve(id)) };
      },
    },
  ];
}

/** Since when there are these models, for as long as this app runs: the CLI does not say. */
const CREATED = new Date();

/** @param id as the client named it. */
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
