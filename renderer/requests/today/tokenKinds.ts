/** The four kinds of tokens, in the order in which they are stacked and listed, with their names and colours. */
import type { Usage } from '../../../app/shared/usage';

export interface TokenKind {
  key: Exclude<keyof Usage, 'thinking' | 'costUsd'>;
  name: string;
  /** The custom property that holds its colour in the present theme. */
  color: `--token-${string}`;
}

export const TOKEN_KINDS: readonly TokenKind[] = [
  { key: 'cacheRead', name: 'Cache read', color: '--token-cache-read' },
  { key: 'cacheWrite', name: 'Cache write', color: '--token-cache-write' },
  { key: 'input', name: 'Input', color: '--token-input' },
  { key: 'output', name: 'Output', color: '--token-output' },
];
