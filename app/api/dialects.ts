/** The dialects that are spoken. The first that owns a path words its errors, so the last one owns what is nobody's. */
import { anthropic } from './anthropic';
import { appDialect } from './appDialect';
import type { Dialect } from './dialect';
import { ollama } from './ollama';
import { openai } from './openai';
import { lmStudio } from './openai/lmStudio';

const spoken: readonly Dialect[] = [anthropic, lmStudio, ollama, openai];

export const dialects: readonly Dialect[] = [appDialect(spoken), ...spoken];

export function dialectOf(path: string): Dialect {
  return dialects.find((dialect) => dialect.owns(path)) ?? openai;
}
