/** The models that the CLI lists, and the names under which clients know them. */
import type { ListedModel } from './process/messages';

export interface Model {
  /** The name to list: an alias such as `sonnet`, or a full name such as `claude-sonnet-5-5`. */
  readonly id: string;
  /** The full name that it stands for. */
  readonly resolved: string;
  /** What `set_model` is told; undefined for the CLI's own default. */
  readonly value: string | undefined;
  /** `Sonnet` */
  readonly displayName: string;
  /** `sonnet`, `opus`…; `claude` where the name shows none. */
  readonly family: string;
  /** `5.5`; '' where the name shows none. */
  readonly version: string;
  readonly description: string;
  /** Tokens. */
  readonly contextLength: number;
  readonly supportsThinking: boolean;
}

/** What every model of the last years holds at least; the true number is learnt with a model's first answer. */
const LEAST_CONTEXT = 200_000;

/**
 * Aliases first, then the full names they stand for. `contextWindows` has what the CLI has reported of a full name.
 */
export function listModels(listed: readonly ListedModel[], contextWindows: ReadonlyMap<string, number>): Model[] {
  const models = listed.map((entry) => describe(entry, contextWindows));
  const named = models.filter(({ id }) => id !== DEFAULT);
  const inFull = new Map<string, Model>();
  for (const model of [...named, ...models]) {
    if (model.resolved !== model.id && !inFull.has(model.resolved)) {
      inFull.set(model.resolved, { ...model, id: model.resolved });
    }
  }
  return [
    ...models.filter(({ id }) => id !== DEFAULT),
    ...inFull.values(),
    ...models.filter(({ id }) => id === DEFAULT),
  ];
}

/** The name under which the CLI lists its own choice. */
export const DEFAULT = 'default';

function describe(entry: ListedModel, contextWindows: ReadonlyMap<string, number>): Model {
  const resolved = entry.resolvedModel ?? entry.value;
  return {
    id: entry.value,
    resolved,
    value: entry.value === DEFAULT ? undefined : entry.value,
    displayName: entry.displayName ?? entry.value,
    family: /^claude-(?:\d[\d.-]*-)?([a-z]+)/.exec(resolved)?.[1] ?? (/^[a-z]+/.exec(entry.value)?.[0] || 'claude'),
    version: /-(\d{1,2}(?:-\d{1,2})*)(?=[-[]|$)/.exec(resolved)?.[1]?.replaceAll('-', '.') ?? '',
    description: entry.description ?? '',
    contextLength: contextWindows.get(resolved) ?? (/\[1m\]/i.test(resolved) ? 1_000_000 : LEAST_CONTEXT),
    supportsThinking: entry.supportsAdaptiveThinking ?? entry.supportsEffort ?? false,
  };
}

/**
 * The model that a client's name stands for, or undefined. In any case, with or without `:latest` and a provider's
 * prefix: a listed name; else an older or a newer name of a listed model's family, such as `claude-3-7-sonnet-latest`.
 */
export function resolveModel(models: readonly Model[], requested: string): Model | undefined {
  const name = requested
    .trim()
    .toLowerCase()
    .replace(/^(?:[a-z0-9-]+\/)+/, '')
    .replace(/:latest$/, '');
  const listed = models.find(({ id }) => id.toLowerCase() === name);
  if (listed) return listed;
  const byDisplayName = models.find(({ displayName, id }) => id !== DEFAULT && displayName.toLowerCase() === name);
  if (byDisplayName) return byDisplayName;
  if (name === 'claude' || /^claude-(?:v?[12](?:[.-]\d)?)$/.test(name)) return family(models, 'sonnet');
  if (/^claude-instant/.test(name)) return family(models, 'haiku');
  const older = /^claude[a-z0-9.@:_-]*$/.test(name) ? name.split(/[^a-z]+/) : [];
  return models.find((model) => older.includes(model.family) && model.family !== 'claude');
}

function family(models: readonly Model[], name: string): Model | undefined {
  return models.find((model) => model.family === name) ?? models[0];
}
