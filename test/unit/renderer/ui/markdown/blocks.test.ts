import { describe, expect, it } from 'vitest';
import { createBlockLexer } from '../../../../../renderer/ui/markdown/blocks';

const PARAGRAPH = 'The loop borrows `items`, so the **push** needs a second borrow.\n\n';

/** The text as a stream brings it, in pieces of some characters. */
function* growing(text: string, step: number) {
  for (let end = step; end < text.length; end += step) yield text.slice(0, end);
  yield text;
}

const sources = (text: string) =>
  createBlockLexer()
    .update(text)
    .map(({ token }) => token.raw);

describe('the blocks of a Markdown text', () => {
  it('cover the text, each at its place', () => {
    const text = `# T\n\n${PARAGRAPH}- a\n  - b\n\n|a|\n|-|\n|1|\n\n\`\`\`js\nlet a\n`;
    const blocks = createBlockLexer().update(text);
    expect(blocks.map(({ at, token }) => text.slice(at, at + token.raw.length))).toEqual(
      blocks.map(({ token }) => token.raw),
    );
    expect(sources(text).join('')).toBe(text);
  });

  it.each([1, 7, 40])('are the same where the text comes in pieces of %i', (step) => {
    const text = `Intro\n===\n\n${PARAGRAPH.repeat(3)}1. one\n2. two\n\n   more\n\n> quote\n> quote\n\n| a | b |\n|--|--|\n| 1 | 2 |\n\n\`\`\`\ncode\n\nmore\n\`\`\`\nend [x]\n\n[x]: http://a.example\n`;
    const lexer = createBlockLexer();
    let blocks = lexer.update('');
    for (const part of growing(text, step)) blocks = lexer.update(part);
    expect(blocks.filter(({ token }) => token.type !== 'space').map(({ token }) => token.type)).toEqual(
      createBlockLexer()
        .update(text)
        .filter(({ token }) => token.type !== 'space')
        .map(({ token }) => token.type),
    );
  });

  it('stay the same objects once they are complete', () => {
    const lexer = createBlockLexer();
    const before = lexer.update(PARAGRAPH.repeat(10));
    const after = lexer.update(PARAGRAPH.repeat(11));
    expect(after.slice(0, 16)).toEqual(before.slice(0, 16));
    expect(after.slice(0, 16).every((block, index) => block === before[index])).toBe(true);
  });

  it('are made anew where the text is another one', () => {
    const lexer = createBlockLexer();
    lexer.update(PARAGRAPH.repeat(5));
    expect(lexer.update('- a').map(({ token }) => token.type)).toEqual(['list']);
  });

  it('have a fence that is not closed run to the end', () => {
    expect(createBlockLexer().update('```js\nlet a\n\nlet b').at(-1)?.token).toMatchObject({
      type: 'code',
      lang: 'js',
      text: 'let a\n\nlet b',
    });
  });

  it('have the line ends of all systems', () => {
    expect(
      createBlockLexer()
        .update('a\r\n\r\nb')
        .map(({ token }) => token.type),
    ).toEqual(['paragraph', 'space', 'paragraph']);
  });

  it.each([
    ['quotes', '>'.repeat(100_000)],
    ['quotes with spaces', '> '.repeat(5_000)],
    ['numbered lists', '1. '.repeat(3_000)],
  ])('show %s that nest without end as they were written', (_, text) => {
    expect(createBlockLexer().update(text)).toEqual([{ at: 0, token: { type: 'plain', raw: text } }]);
  });

  it('leave a paragraph with endless signs of emphasis as it is', () => {
    const [block] = createBlockLexer().update('_a__b'.repeat(20_000));
    expect(block?.token).toMatchObject({ type: 'paragraph', tokens: [{ type: 'text', escaped: true }] });
  });
});
