/** Which models are listed, and which of them a client's name stands for. */
import { describe, expect, test } from 'vitest';
import { listModels, resolveModel } from '../../../app/claude/models';
import type { ListedModel } from '../../../app/claude/process/messages';

const LISTED: ListedModel[] = [
  {
    value: 'default',
    resolvedModel: 'claude-opus-5-5',
    displayName: 'Default (recommended)',
    description: 'The default',
    supportsAdaptiveThinking: true,
  },
  { value: 'opus', resolvedModel: 'claude-opus-5-5', displayName: 'Opus', supportsAdaptiveThinking: true },
  { value: 'sonnet', resolvedModel: 'claude-sonnet-5-5', displayName: 'Sonnet', supportsAdaptiveThinking: true },
  { value: 'sonnet[1m]', resolvedModel: 'claude-sonnet-5-5[1m]', displayName: 'Sonnet (1M context)' },
  { value: 'haiku', resolvedModel: 'claude-haiku-5-5', displayName: 'Haiku' },
];

const MODELS = listModels(LISTED, new Map());

describe('listModels', () => {
  test('lists the aliases, then the full names that they stand for, then the default', () => {
    expect(MODELS.map(({ id }) => id)).toEqual([
      'opus',
      'sonnet',
      'sonnet[1m]',
      'haiku',
      'claude-opus-5-5',
      'claude-sonnet-5-5',
      'claude-sonnet-5-5[1m]',
      'claude-haiku-5-5',
      'default',
    ]);
  });

  test('lists no name twice', () => {
    const models = listModels([...LISTED, { value: 'best', resolvedModel: 'claude-opus-5-5' }], new Map());

    expect(new Set(models.map(({ id }) => id)).size).toBe(models.length);
  });

  test('lists the full name of the default model where it has no alias', () => {
    const models = listModels([{ value: 'default', resolvedModel: 'claude-fable-5-2' }], new Map());

    expect(models.map(({ id }) => id)).toEqual(['claude-fable-5-2', 'default']);
  });

  test('returns an empty list where the CLI lists no model', () => {
    expect(listModels([], new Map())).toEqual([]);
  });

  test('reads the family and the version from the full name', () => {
    expect(MODELS.find(({ id }) => id === 'sonnet')).toMatchObject({
      resolved: 'claude-sonnet-5-5',
      value: 'sonnet',
      family: 'sonnet',
      version: '5.5',
      displayName: 'Sonnet',
      supportsThinking: true,
    });
  });

  test.each([
    ['claude-3-7-sonnet-20250219', 'sonnet', '3.7'],
    ['sonnet', 'sonnet', ''],
    ['claude-sonnet-4-20250514', 'sonnet', '4'],
    ['claude-opus-4-1-20250805', 'opus', '4.1'],
    ['claude-haiku-5-5[1m]', 'haiku', '5.5'],
  ])('reads %s as family %s, version %s', (name, family, version) => {
    expect(listModels([{ value: name }], new Map())[0]).toMatchObject({ family, version });
  });

  test('gives the default model no value for set_model', () => {
    expect(MODELS.find(({ id }) => id === 'default')?.value).toBeUndefined();
  });

  test('takes the context length from the CLI’s report, else from the name, else from the minimum of all models', () => {
    expect(MODELS.find(({ id }) => id === 'sonnet')?.contextLength).toBe(200_000);
    expect(MODELS.find(({ id }) => id === 'sonnet[1m]')?.contextLength).toBe(1_000_000);

    const withReport = listModels(LISTED, new Map([['claude-sonnet-5-5', { contextWindow: 1_000_000 }]]));
    expect(withReport.find(({ id }) => id === 'sonnet')?.contextLength).toBe(1_000_000);
  });
});

describe('resolveModel', () => {
  test.each([
    ['sonnet', 'sonnet'],
    ['SONNET', 'sonnet'],
    ['Sonnet', 'sonnet'],
    [' sonnet ', 'sonnet'],
    ['sonnet:latest', 'sonnet'],
    ['anthropic/sonnet', 'sonnet'],
    ['openrouter/anthropic/sonnet:latest', 'sonnet'],
    ['sonnet[1m]', 'sonnet[1m]'],
    ['Sonnet (1M context)', 'sonnet[1m]'],
    ['claude-sonnet-5-5', 'claude-sonnet-5-5'],
    ['anthropic/Claude-Sonnet-5-5:latest', 'claude-sonnet-5-5'],
    ['default', 'default'],
  ])('finds a listed model: %s', (name, id) => {
    expect(resolveModel(MODELS, name)?.id).toBe(id);
  });

  test.each([
    ['anthropic/claude-3.7-sonnet', 'sonnet'],
    ['claude-3-7-sonnet-latest', 'sonnet'],
    ['claude-3-5-sonnet-20241022', 'sonnet'],
    ['claude-sonnet-4-20250514', 'sonnet'],
    ['claude-sonnet-4@20250514', 'sonnet'],
    ['claude-sonnet', 'sonnet'],
    ['claude-3.5-haiku', 'haiku'],
    ['claude-3-haiku-20240307', 'haiku'],
    ['claude-3-opus-20240229', 'opus'],
    ['claude-opus-4-1', 'opus'],
    ['claude-opus-9-9', 'opus'],
    ['claude-instant-1.2', 'haiku'],
    ['claude-2.1', 'sonnet'],
    ['claude-2', 'sonnet'],
    ['claude-v2', 'sonnet'],
    ['claude', 'sonnet'],
  ])('finds the listed model of the same family for another version: %s', (name, id) => {
    expect(resolveModel(MODELS, name)?.id).toBe(id);
  });

  test.each(['gpt-4', 'gpt-4o-mini', 'llama3.2:latest', 'o1', 'sonnets', 'my-claude-sonnet', 'claude-nosuch-1', ''])(
    'finds no model: %s',
    (name) => {
      expect(resolveModel(MODELS, name)).toBeUndefined();
    },
  );

  test('finds no model where none is listed', () => {
    expect(resolveModel([], 'sonnet')).toBeUndefined();
    expect(resolveModel([], 'claude')).toBeUndefined();
  });
});
