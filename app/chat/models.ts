/** The models that a client can name, and those that clients have loaded ahead of their requests. */
import type { Claude } from '../claude/claude';
import { resolveModel } from '../claude/models';
import type { LiveConversations } from './conversation/liveConversations';
import { ChatError } from './errors';
import { fallbackModel, listedModels, type ModelSettings, namedModels } from './listedModels';
import type { Chat } from './service';
import { toChatError } from './toChatError';

export interface ModelsOptions {
  readonly claude: Claude;
  readonly live: LiveConversations;
  /** How long a loaded model stays listed by default, in ms. */
  idleMs(): number;
  /** What the owner's settings say about models. Default: nothing. */
  modelSettings?(): ModelSettings;
}

const NO_MODEL_SETTINGS: ModelSettings = { modelAliases: [], defaultModel: '', unlistedModels: [] };

/** The part of the chat that deals with models. */
export type Models = Pick<
  Chat,
  'models' | 'allModels' | 'findModel' | 'resolveModel' | 'loadModel' | 'unloadModel' | 'loadedModels'
>;

export function createModels(options: ModelsOptions): Models {
  const { claude, live, idleMs, modelSettings = () => NO_MODEL_SETTINGS } = options;
  /** By owner: until when each model is loaded, in ms since the epoch, by full name. */
  const loadedByOwner = new Map<string, Map<string, number>>();
  const loadedBy = (owner: string): ReadonlyMap<string, number> => {
    const loaded = loadedByOwner.get(owner) ?? new Map<string, number>();
    for (const [model, until] of loaded) if (until < Date.now()) loaded.delete(model);
    if (loaded.size === 0) loadedByOwner.delete(owner);
    return loaded;
  };

  const allModels = async () => {
    const models = await claude.models().catch((error: unknown) => {
      throw toChatError(error);
    });
    return namedModels(models, modelSettings());
  };

  return {
    models: async () => listedModels(await allModels(), modelSettings()),
    allModels,
    findModel: async (name) => resolveModel(await allModels(), name),
    resolveModel: async (name) => {
      const available = await allModels();
      const model = resolveModel(available, name) ?? fallbackModel(available, modelSettings());
      if (model) return model;
      const names = listedModels(available, modelSettings())
        .map(({ id }) => id)
        .join(', ');
      throw new ChatError('model_not_found', `model '${name}' not found; there are: ${names}`, { param: 'model' });
    },
    loadModel: (model, owner, keepMs = idleMs()) => {
      const loaded = loadedByOwner.get(owner) ?? new Map<string, number>();
      loadedByOwner.set(owner, loaded.set(model.resolved, Date.now() + keepMs));
      claude.prepare({ owner, system: '', model: model.value });
    },
    unloadModel: async (model, owner) => {
      loadedByOwner.get(owner)?.delete(model.resolved);
      for (const { id, owner: other, model: name, phase } of live.list()) {
        if (other !== owner || name !== model.resolved) continue;
        if (phase === 'idle' || phase === 'parked' || phase === 'waiting_for_tool') await live.end(id);
      }
    },
    loadedModels: (owner) => {
      if (owner !== '') return loadedBy(owner);
      const all = [...loadedByOwner.keys()].flatMap((one) => [...loadedBy(one)]);
      // The last entry of a model counts: the one that stays loaded longest.
      return new Map(all.sort(([, a], [, b]) => a - b));
    },
  };
}
