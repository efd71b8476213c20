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
  /** The most tokens of one answer. */
  readonly maxOutputTokens: number;
  readonly supportsThinking: boolean;
}

/** What the CLI has reported of a model, in tokens. */
export interface ModelLimits {
  readonly contextWindow?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
}

/** Every model of recent years has at least as many. The CLI reports a model's longest answer with the first one only. */
const MIN_CONTEXT_LENGTH = 200_000;
const MIN_OUTPUT_TOKENS = 64_000;

/** The alias under which the CLI lists the model that it uses by default. */
const DEFAULT_ALIAS = 'default';

/**
 * Lists the aliases, then the full names that they stand for, then `default`.
 * @param limits what the CLI has reported, by full name.
 */
export function listModels(listed: readonly ListedModel[], limits: ReadonlyMap<string, ModelLimits>): Model[] {
  const models = listed.map((entry) => toModel(entry, limits));
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

function toModel(entry: ListedModel, limits: ReadonlyMap<string, ModelLimits>): Model {
  const resolved = entry.resolvedModel ?? entry.value;
  const { contextWindow, maxOutputTokens = MIN_OUTPUT_TOKENS } = limits.get(resolved) ?? {};
  return {
    id: entry.value,
    resolved,
    value: entry.value === DEFAULT_ALIAS ? undefined : entry.value,
    displayName: entry.displayName ?? entry.value,
    family: /^claude-(?:\d[\d.-]*-)?([a-z]+)/.exec(resolved)?.[1] ?? (/^[a-z]+/.exec(entry.value)?.[0] || 'claude'),
    version: /-(\d{1,2}(?:-\d{1,2})*)(?=[-[]|$)/.exec(resolved)?.[1]?.replaceAll('-', '.') ?? '',
    description: entry.description ?? '',
    contextLength: contextWindow ?? (/\[1m\]/i.test(resolved) ? 1_000_000 : MIN_CONTEXT_LENGTH),
    maxOutputTokens,
    supportsThinking: entry.supportsAdaptiveThinking ?? entry.supportsEffort ?? false,
  };
}

/**
 * The model that a client's name stands for, or undefined. Case, a suffix `:latest` and a provider's prefix such as
 * `anthropic/` do not matter. A name that is not listed, such as `claude-3-7-sonnet-latest`, stands for the listed model of
 * the same family.
 */
export function resolveModel(models: readonly Model[], requestedName: string): Model | undefined {
  const fullName = requestedName
    .trim()
    .toLowerCase()
    .replace(/:latest$/, '');
  const name = fullName.replace(/^(?:[a-z0-9-]+\/)+/, '');
  // A name that the owner has given may have a prefix or a suffix of its own.
  const named = (wanted: string) => models.find(({ id }) => id.toLowerCase().replace(/:latest$/, '') === wanted);
  const listed = named(fullName) ?? named(name);
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
