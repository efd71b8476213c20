/** Names of tools that the Messages API refuses. */
import { expect, test } from 'vitest';
import { toolNames } from '../../../../app/api/ollama/toolNames';

const VALID = /^[a-zA-Z0-9_-]{1,64}$/;

test('a valid name stays as it is', () => {
  const { toModel, toClient } = toolNames(['get_weather', 'x-1']);
  expect([toModel('get_weather'), toClient('get_weather'), toModel('x-1')]).toEqual([
    'get_weather',
    'get_weather',
    'x-1',
  ]);
});

test('other names become valid and distinct, and are mapped back', () => {
  const names = ['files.read', 'files/read', 'files_read', 'über tool', 'a'.repeat(70), `${'a'.repeat(70)}b`];
  const { toModel, toClient } = toolNames(names);
  const modelNames = names.map(toModel);
  expect(modelNames.filter((name) => !VALID.test(name))).toEqual([]);
  expect(new Set(modelNames).size).toBe(names.length);
  expect(modelNames.map(toClient)).toEqual(names);
  expect(modelNames[2]).toBe('files_read');
});

test('a call of a tool that is not offered any more has a valid name of its own', () => {
  const { toModel } = toolNames(['files_read']);
  expect(toModel('files.read')).toMatch(VALID);
  expect(toModel('files.read')).not.toBe('files_read');
});
