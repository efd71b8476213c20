import { describe, expect, it } from 'vitest';
import { knownTypes } from '../../../build/appModules.mjs';

describe('the media types in the bundle', () => {
  const html = { 'text/html': { extensions: ['html'] } };

  it('are those whose extensions the app uses', () => {
    const types = {
      ...html,
      'application/json': { extensions: ['json', 'map'] },
      'video/mp4': { extensions: ['mp4'] },
    };
    expect(Object.keys(knownTypes(types))).toEqual(['text/html', 'application/json']);
  });

  it('cannot be taken from a list that is built in another way', () => {
    expect(() => knownTypes(html)).toThrow('adapt knownTypes');
  });
});
