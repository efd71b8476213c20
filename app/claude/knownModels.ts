/**
 * The models that the CLI has listed, and the context windows that it has reported with its answers. Both are kept in a file, so that a
 * list of models need not wait until a process of the CLI has started.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { errorText } from '../shared/errorText';
import { listModels, type Model } from './models';
import { type ListedModel, listedModels } from './process/messages';

export interface KnownModels {
  /** The models that a process of this run has listed; empty until one has. */
  readonly current: readonly Model[];
  /** The models that an earlier run has stored. @param version of the CLI; undefined where it is not known yet. Empty where they are another version's. */
  stored(version: string | undefined): readonly Model[];
  /** @param version of the CLI that has listed them. Returns whether the list is new. An empty list is ignored. */
  learn(version: string | undefined, listed: readonly ListedModel[]): boolean;
  /** @param model its full name. @param tokens the size of its context window. */
  learnContextWindow(model: string, tokens: number): void;
}

const Stored = z.object({
  /** The version of the CLI that has listed the models. */
  version: z.string(),
  models: listedModels,
  /** In tokens, by full name. */
  contextWindows: z.record(z.string(), z.number()),
});

/**
 * @param file where the list is kept; created where it does not exist, and ignored where it cannot be read.
 * @param onWarning called with a message for the log where the file cannot be written.
 */
export function openKnownModels(file: string, onWarning: (message: string) => void): KnownModels {
  const stored = read(file);
  const contextWindows = new Map(Object.entries(stored?.contextWindows ?? {}));
  let version = stored?.version ?? '';
  let listed: readonly ListedModel[] = stored?.models ?? [];
  let models = listModels(listed, contextWindows);
  let isCurrent = false;

  const write = () => {
    try {
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      const content = { version, models: listed, contextWindows: Object.fromEntries(contextWindows) };
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
      models = listModels(listed, contextWindows);
      write();
      return isNew;
    },
    learnContextWindow: (model, tokens) => {
      if (contextWindows.get(model) === tokens) return;
      contextWindows.set(model, tokens);
      models = listModels(listed, contextWindows);
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
