/** What API keys can reach. Apart from their schemas (keys.ts): the command must load fast, without zod. */

/** `inference`: the model and the lists of models. `history`: stored conversations. `metrics`: `/metrics`. */
export const KEY_SCOPES = ['inference', 'history', 'metrics'] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];
