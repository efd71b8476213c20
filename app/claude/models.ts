/** The models that the CLI lists, and the model that a client's name stands for. */
import type { ListedModel } from './process/messages';

export interface Model {
  /** The name under which it is listed: an alias such as `sonnet`, or a full name such as `claude-sonnet-5-5`. */
  readonly id: string;
  /** The full name of the model that `id` stands for. */
  readonly resolved: string;
  /** The argument of `set_model`; undefined for the CLI's default. */
  readonly value: string | undefined;
  /** For people, such as `Sonnet`. */
  readonly displayName: string;
  /** `sonnet`, `opus`…; `claude` where the name does not contain it. */
  readonly family: string;
  /** Such as `5.5`; '' where the name does not contain it. */
  readonly version: string;
  readonly description: string;
  /** The size of the context window, in tokens. */
  readonly contextLength: number;
  readonly supportsThinking: boolean;
}

/** Every model of recent years has at least this many tokens. The CLI reports a model's true number with its first answer. */
const MIN_CONTEXT_LENGTH = 200_000;

/** The alias under which the CLI lists the model that it uses by default. */
const DEFAULT_ALIAS = 'default';

/**
 * Lists the aliases, then the full names that they stand for, then `default`.
 * @param contextWindows the sizes that the CLI has reported, in tokens, by full name.
 */
export function listModels(listed: readonly ListedModel[], contextWindows: ReadonlyMap<string, number>): Model[] {
  const models = listed.map((entry) => toModel(entry, contextWindows));
  const isDefault = ({ id }: Model) => id === DEFAULT_ALIAS;
  const aliases = models.filter((model) => !isDefault(model));
  const defaults = models.filter(isDefault);
  const byFullName = new Map<string, Model>();
  for (const model of [...aliases, ...defaults]) {
    if (model.resolved !== model.id && !byFullName.has(model.resolved)) {
      byFullName.set(model.resolved, { ...model, id: model.resolved });
    }
  }
  return [...aliases, ...byFullName.values(), ...defaults];
}

function toModel(entry: ListedModel, contextWindows: ReadonlyMap<string, number>): Model {
  const resolved = entry.resolvedModel ?? entry.value;
  return {
    id: entry.value,
    resolved,
    value: entry.value === DEFAULT_ALIAS ? undefined : entry.value,
    displayName: entry.displayName ?? entry.value,
    family: /^claude-(?:\d[\d.-]*-)?([a-z]+)/.exec(resolved)?.[1] ?? (/^[a-z]+/.exec(entry.value)?.[0] || 'claude'),
    version: /-(\d{1,2}(?:-\d{1,2})*)(?=[-[]|$)/.exec(resolved)?.[1]?.replaceAll('-', '.') ?? '',
    description: entry.description ?? '',
    contextLength: contextWindows.get(resolved) ?? (/\[1m\]/i.test(resolved) ? 1_000_000 : MIN_CONTEXT_LENGTH),
    supportsThinking: entry.supportsAdaptiveThinking ?? entry.supportsEffort ?? false,
  };
}

/**
 * The model that a client's name stands for, or undefined. Case, a suffix `:latest` and a provider's prefix such as
 * `anthropic/` do not matter. A name that is not listed, such as `claude-3-7-sonnet-latest`, stands for the listed model of
 * the same family.
 */
export function resolveModel(models: readonly Model[], requestedName: string): Model | undefined {
  const name = requestedName
    .trim()
    .toLowerCase()
    .replace(/^(?:[a-z0-9-]+\/)+/, '')
    .replace(/:latest$/, '');
  const listed = models.find(({ id }) => id.toLowerCase() === name);
  if (listed) return listed;
  const byDisplayName = models.find(
    ({ displayName, id }) => id !== DEFAULT_ALIAS && displayName.toLowerCase() === name,
  );
  if (byDisplayName) return byDisplayName;
  if (name === 'claude' || /^claude-(?:v?[12](?:[.-]\d)?)$/.test(name)) return firstOfFamily(models, 'sonnet');
  if (/^claude-instant/.test(name)) return firstOfFamily(models, 'haiku');
  const words = /^claude[a-z0-9.@:_-]*$/.test(name) ? name.split(/[^a-z]+/) : [];
  return models.find(({ family }) => family !== 'claude' && words.includes(family));
}

function firstOfFamily(models: readonly Model[], name: string): Model | undefined {
  return models.find(({ family }) => family === name) ?? models[0];
}
