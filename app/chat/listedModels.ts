/** What the owner's settings make of the CLI's models: further names, a default, and which of them clients see in lists. */
import { type Model, resolveModel } from '../claude/models';
import { parseModelAlias } from '../shared/cli/modelAliases';

/** The settings of that name. */
export interface ModelSettings {
  /** `name=model`; an entry whose model is not there has no effect. */
  readonly modelAliases: readonly string[];
  /** '' for none. */
  readonly defaultModel: string;
  readonly unlistedModels: readonly string[];
}

/**
 * All models that a client can name: the owner's names first, then the CLI's. A name of the owner takes the place of the CLI's same name, and
 * `default` stands for the owner's default model.
 */
export function namedModels(models: readonly Model[], settings: ModelSettings): Model[] {
  const aliases = settings.modelAliases.flatMap((text): Model[] => {
    const alias = parseModelAlias(text);
    const model = alias && resolveModel(models, alias.model);
    return alias && model ? [{ ...model, id: alias.name, displayName: alias.name }] : [];
  });
  const chosen = defaultModel(models, settings, aliases);
  const taken = new Set(aliases.map(({ id }) => normalized(id)));
  const own = models
    .filter(({ id }) => !taken.has(normalized(id)))
    .map((model) => (model.id === 'default' && chosen ? { ...chosen, id: model.id } : model));
  return [...withoutDuplicates(aliases), ...own];
}

/** Those that clients see in lists. @param models of `namedModels` */
export function listedModels(models: readonly Model[], { unlistedModels }: ModelSettings): Model[] {
  const unlisted = new Set(unlistedModels.map(normalized));
  return models.filter(({ id }) => !unlisted.has(normalized(id)));
}

/** The model that answers names that stand for none; undefined where the owner has chosen none, or it is not there. */
export function fallbackModel(models: readonly Model[], { defaultModel: name }: ModelSettings): Model | undefined {
  return name === '' ? undefined : resolveModel(models, name);
}

function defaultModel(models: readonly Model[], settings: ModelSettings, aliases: readonly Model[]): Model | undefined {
  return fallbackModel([...aliases, ...models], settings);
}

/** The first of two entries with one name counts. */
function withoutDuplicates(models: readonly Model[]): Model[] {
  const names = new Set<string>();
  return models.filter(({ id }) => !names.has(normalized(id)) && names.add(normalized(id)));
}

function normalized(name: string): string {
  return name.toLowerCase().replace(/:latest$/, '');
}
