import { expect, test } from 'vitest';
import { dialectOf, dialects, dialectTitles } from '../../../app/api/dialectTable';

test.each([
  ['/', 'ollama'],
  ['/api', 'ollama'],
  ['/api/unknown', 'ollama'],
  ['/api/v0/models', 'openai'],
  ['/api/v00', 'ollama'],
  ['/v1/models', 'openai'],
  ['/v1/messages/batches', 'anthropic'],
  ['/v1/messagesx', 'openai'],
  ['/messages', 'anthropic'],
  ['/docs/docs.js', 'app'],
  ['/unknown', 'openai'],
])('the errors of %s are worded by %s', (path, name) => {
  expect(dialectOf(path).name).toBe(name);
});

test.each([
  ['/v1/models', 'anthropic'],
  ['/v1/models/gpt-4', 'anthropic'],
  ['/models', 'anthropic'],
  ['/v1/files', 'anthropic'],
  ['/v1/chat/completions', 'openai'],
  ['/v1/responses', 'openai'],
  ['/api/tags', 'ollama'],
  ['/api/v0/models', 'openai'],
])('for a client of Anthropic’s, the errors of %s are worded by %s', (path, name) => {
  expect(dialectOf(path, { 'anthropic-version': '2023-06-01' }).name).toBe(name);
});

test('no two dialects claim the same root', () => {
  const roots = dialects.flatMap((dialect) => dialect.roots);
  expect(new Set(roots).size).toBe(roots.length);
});

test('each name of a dialect has one title', () => {
  expect(dialectTitles).toEqual([
    { name: 'anthropic', title: 'Anthropic' },
    { name: 'ollama', title: 'Ollama' },
    { name: 'openai', title: 'OpenAI' },
    { name: 'app', title: 'App' },
  ]);
});
