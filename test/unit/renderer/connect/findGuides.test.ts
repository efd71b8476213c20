import { expect, test } from 'vitest';
import { GUIDES } from '../../../../app/connect/guides';
import { findGuides } from '../../../../renderer/connect/list/findGuides';

test('a search finds programs by all words, in titles, groups and other names', () => {
  const found = (words: string) => findGuides(GUIDES, words).flatMap(([, guides]) => guides.map(({ id }) => id));
  expect(found('')).toHaveLength(GUIDES.length);
  expect(found('  PYCHARM ')).toEqual(['jetbrains']);
  expect(found('openai python')).toContain('openai-python');
  expect(found('openai python')).not.toContain('openai-js');
  expect(found('xyzzy')).toEqual([]);
});
