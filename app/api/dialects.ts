/** The dialects that the server speaks, one line each. Their order has no meaning: `dialectTable.ts` sorts them. */
export { anthropic } from './anthropic';
export { ollama } from './ollama';
export { openai } from './openai';
export { lmStudio } from './openai/lmStudio';
