/** What the owner's settings make of the CLI's models. */
import { describe, expect, it } from 'vitest';
import { fallbackModel, listedModels, type ModelSettings, namedModels } from '../../../app/chat/listedModels';
import { listModels, resolveModel } from '../../../app/claude/models';
import { parseModelAlias } from '../../../app/shared/cli/modelAliases';

const MODELS = listModels(
  [
    { value: 'default', resolvedModel: 'claude-opus-5-5', displayName: 'Default' },
    { value: 'opus', resolvedModel: 'claude-opus-5-5', displayName: 'Opus' },
    { value: 'haiku', resolvedModel: 'claude-haiku-5-5', displayName: 'Haiku' },
  ],
  new Map(),
);
const settings = (change: Partial<ModelSettings> = {}): ModelSettings => ({
  ...{ modelAliases: [], defaultModel: '', unlistedModels: [] },
  ...change,
});
const named = (change: Partial<ModelSettings>) => namedModels(MODELS, settings(change));
const resolved = (change: Partial<ModelSettings>, name: string) => resolveModel(named(change), name)?.resolved;

describe('the models that can be named', () => {
  it('are those of the CLI where the settings say nothing', () => {
    expect(named({})).toEqual(MODELS);
  });

  it('have the owner’s names first, which stand for a model in any case, with a suffix and a prefix', () => {
    const modelAliases = ['gpt-4o=haiku', 'llama3:8b=opus', 'acme/big=opus', 'old=gone'];
    expect(named({ modelAliases }).map(({ id }) => id)).toEqual([
      'gpt-4o',
      'llama3:8b',
      'acme/big',
      ...MODELS.map(({ id }) => id),
    ]);
    for (const name of ['GPT-4o', 'gpt-4o:latest', 'openai/gpt-4o'])
      expect(resolved({ modelAliases }, name)).toBe('claude-haiku-5-5');
    for (const name of ['llama3:8b', 'acme/big']) expect(resolved({ modelAliases }, name)).toBe('claude-opus-5-5');
    expect(resolved({ modelAliases }, 'old')).toBeUndefined();
  });

  it('have an owner’s name in the place of the CLI’s same one', () => {
    const change = { modelAliases: ['opus=haiku'] };
    expect(named(change).filter(({ id }) => id === 'opus')).toHaveLength(1);
    expect(resolved(change, 'opus')).toBe('claude-haiku-5-5');
  });

  it('have the owner’s default model under `default`', () => {
    expect(resolved({}, 'default')).toBe('claude-opus-5-5');
    expect(resolved({ defaultModel: 'haiku' }, 'default')).toBe('claude-haiku-5-5');
    expect(resolved({ defaultModel: 'small', modelAliases: ['small=haiku'] }, 'default')).toBe('claude-haiku-5-5');
    expect(resolved({ defaultModel: 'gone' }, 'default')).toBe('claude-opus-5-5');
  });
});

it('a model that is not listed can be named all the same', () => {
  const change = settings({ unlistedModels: ['HAIKU', 'default'] });
  const models = namedModels(MODELS, change);
  expect(listedModels(models, change).map(({ id }) => id)).toEqual(['opus', 'claude-opus-5-5', 'claude-haiku-5-5']);
  expect(resolveModel(models, 'haiku')?.id).toBe('haiku');
});

it('the fallback is the default model, and none without one', () => {
  expect(fallbackModel(MODELS, settings())).toBeUndefined();
  expect(fallbackModel(MODELS, settings({ defaultModel: 'haiku' }))?.resolved).toBe('claude-haiku-5-5');
});

it.each(['', 'a', '=a', 'a=', 'a=b=c', 'a b=c'])('"%s" is no further name', (text) => {
  expect(parseModelAlias(text)).toBeNull();
});
