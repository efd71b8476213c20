/** Names that the owner gives to models: `gpt-4o=sonnet`. */

export interface ModelAlias {
  /** What clients call it, as typed. */
  readonly name: string;
  /** The name of the model that it stands for. */
  readonly model: string;
}

/** Which aliases `parseModelAlias` accepts, in words. */
export const MODEL_ALIASES = 'names such as gpt-4o=sonnet, by commas';

/** Null for what is not two names of at most 200 characters with one `=` between them. */
export function parseModelAlias(text: string): ModelAlias | null {
  const [, name, model] = /^([^\s=,]{1,200})\s*=\s*([^\s=,]{1,200})$/.exec(text.trim()) ?? [];
  return name === undefined || model === undefined ? null : { name, model };
}
