/** The models that a request may use: all, or those of its API key. */
import { ChatError } from '../../chat/errors';
import type { Chat, Model } from '../../chat/service';
import type { ApiKey } from '../../shared/access/keys';
import type { RequestModels } from '../dialect';

/** @param key the request's; null for a request without one. */
export function requestModels(
  chat: Pick<Chat, 'models' | 'allModels' | 'findModel' | 'resolveModel'>,
  key: ApiKey | null,
): RequestModels {
  const allowed = key?.models ?? [];
  if (key === null || allowed.length === 0) {
    return { list: () => chat.models(), resolve: (name) => chat.resolveModel(name) };
  }

  const find = (name: string): Promise<Model | null> =>
    chat.resolveModel(name).catch((error: unknown) => {
      if (error instanceof ChatError && error.kind === 'model_not_found') return null;
      throw error;
    });
  /** By full name, because a key that may use `sonnet` may use what that stands for under every name. */
  const allowedNames = async (): Promise<ReadonlySet<string>> => {
    // Not the owner's default model: a key for a model that is gone may use none.
    const models = await Promise.all(allowed.map((name) => chat.findModel(name)));
    return new Set(models.flatMap((model) => (model === undefined ? [] : [model.resolved])));
  };
  const list = async () => {
    const names = await allowedNames();
    return (await chat.models()).filter(({ resolved }) => names.has(resolved));
  };
  return {
    list,
    resolve: async (name) => {
      const [model, names] = await Promise.all([find(name), allowedNames()]);
      if (model !== null && names.has(model.resolved)) return model;
      const ids = (await list()).map(({ id }) => id).join(', ');
      const message = `model '${name}' not found among those of the API key “${key.name}”; there are: ${ids || 'none'}`;
      throw new ChatError('model_not_found', message, { param: 'model' });
    },
  };
}
