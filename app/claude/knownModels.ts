/**
 * The models that the CLI has listed, and the limits that it has reported. Both are kept in a file, so that a
 * list of models need not wait until a process of the CLI has started.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { errorText } from '../shared/errorText';
import { listModels, type Model, type ModelLimits } from './models';
import { type ListedModel, listedModels } from './process/messages';

export interface KnownModels {
  /** The models that a process of this run has listed; empty until one has. */
  readonly current: readonly Model[];
  /** The models that an earlier run has stored. @param version of the CLI; undefined where it is not known yet. Empty where they are another version's. */
  stored(version: string | undefined): readonly Model[];
  /** @param version of the CLI that has listed them. Returns whether the list is new. An empty list is ignored. */
  learn(version: string | undefined, listed: readonly ListedModel[]): boolean;
  /** The names of the listed models whose context window is not known yet, one for each. */
  readonly unmeasured: readonly string[];
  /** Adds to what is known. @param model its full name. */
  learnLimits(model: string, limits: ModelLimits): void;
}

const tokens = z.number().optional();

const Stored = z.object({
  /** The version of the CLI that has listed the models. */
  version: z.string(),
  models: listedModels,
  /** By full name. */
  limits: z.record(z.string(), z.object({ contextWindow: tokens, maxOutputTokens: tokens })).default({}),
});

/**
 * @param file where the list is kept; created where it does not exist, and ignored where it cannot be read.
 * @param onWarning called with a message for the log where the file cannot be written.
 */
export function openKnownModels(file: string, onWarning: (message: string) => void): KnownModels {
  const stored = read(file);
  const limits = new Map<string, ModelLimits>(Object.entries(stored?.limits ?? {}));
  let version = stored?.version ?? '';
  let listed: readonly ListedModel[] = stored?.models ?? [];
  let models = listModels(listed, limits);
  let isCurrent = false;

  const write = () => {
    try {
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      const content = { version, models: listed, limits: Object.fromEntries(limits) };
      const draft = `${file}.new`;
      writeFileSync(draft, JSON.stringify(content), { mode: 0o600 });
      renameSync(draft, file);
    } catch (error) {
      onWarning(`the list of models could not be stored: ${errorText(error)}`);
    }
  };

  return {
    get current() {
      return isCurrent ? models : [];
    },
    stored: (installedVersion) => (installedVersion === undefined || installedVersion === version ? models : []),
    learn: (newVersion = '', newList) => {
      if (newList.length === 0) return false;
      const isNew = !isCurrent || JSON.stringify(newList) !== JSON.stringify(listed);
      isCurrent = true;
      if (!isNew && newVersion === version) return false;
      version = newVersion;
      listed = newList;
      models = listModels(listed, limits);
      write();
      return isNew;
    },
    get unmeasured() {
      const resolved = new Map(listed.map(({ value, resolvedModel }) => [resolvedModel ?? value, value]));
      return [...resolved].flatMap(([name, value]) => (limits.get(name)?.contextWindow === undefined ? [value] : []));
    },
    learnLimits: (model, reported) => {
      const known = limits.get(model);
      const next = { ...known, ...reported };
      if (known?.contextWindow === next.contextWindow && known?.maxOutputTokens === next.maxOutputTokens) return;
      limits.set(model, next);
      models = listModels(listed, limits);
      write();
    },
  };
}

function read(file: string): z.output<typeof Stored> | undefined {
  try {
    return Stored.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}
