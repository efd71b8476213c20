/** The rows and the columns of the table of clients, in their order. */

export const CLIENT_NAMES = [
  'ollama',
  '@langchain/ollama',
  '@llamaindex/ollama',
  'ai, ollama-ai-provider-v2',
  'openai, chat',
  'openai, responses',
  'openai, completions',
  'ai, @ai-sdk/openai',
  'ai, @ai-sdk/openai, chat',
  'ai, @ai-sdk/openai-compatible',
  '@langchain/openai',
  '@anthropic-ai/sdk',
  'ai, @ai-sdk/anthropic',
  '@langchain/anthropic',
] as const;

export type ClientName = (typeof CLIENT_NAMES)[number];

export const CASE_NAMES = [
  'chat',
  'stream',
  'multi-turn',
  'one tool',
  'two tools',
  'three rounds',
  'tool error',
  'structured output',
  'image',
  'thinking',
  'stop',
  'max tokens',
  'abort',
  'wrong model',
  'signed out',
  '429',
] as const;

export type CaseName = (typeof CASE_NAMES)[number];
