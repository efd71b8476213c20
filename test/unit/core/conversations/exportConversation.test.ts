import { describe, expect, it } from 'vitest';
import { exportConversation } from '../../../../app/core/conversations/exportConversation';
import type { SaidMessage, SaidPart } from '../../../../app/shared/contract';
import { storedConversation } from '../../../support/rendererDev/storedConversation';

const message = (...parts: SaidPart[]): SaidMessage[] => [{ role: 'assistant', parts }];
const markdownOf = (...parts: SaidPart[]) =>
  exportConversation(storedConversation(), message(...parts), 'markdown').text;

describe('the file of a conversation', () => {
  it.each([
    ['Why?', 'Why.md'],
    ['a/b\\c: "d" <e>|*', 'a b c d e.md'],
    ['../../.ssh/config', 'ssh config.md'],
    ['..', 'Conversation.md'],
    ['NUL', 'Conversation.md'],
    ['a\u202Egnp.exe', 'a gnp.exe.md'],
    ['Straße – „Zitat“', 'Straße – „Zitat“.md'],
    ['x'.repeat(200), `${'x'.repeat(60)}.md`],
    ['', 'Conversation.md'],
  ])('with the title %j is named %s', (title, fileName) => {
    expect(exportConversation(storedConversation({ title }), [], 'markdown').fileName).toBe(fileName);
  });

  it('has the user’s title before that of the first question', () => {
    const file = exportConversation(storedConversation({ title: 'Why?', ownTitle: 'Mine' }), [], 'json');
    expect([file.fileName, JSON.parse(file.text).title]).toEqual(['Mine.json', 'Mine']);
  });

  it('as Markdown has a fence longer than those in a result', () => {
    expect(markdownOf({ kind: 'tool_result', id: 't', isError: true, text: '```\na\n```' })).toContain(
      '**Tool error**\n\n````\n```\na\n```\n````',
    );
  });

  it('as Markdown quotes thinking and names files', () => {
    const text = markdownOf(
      { kind: 'thinking', text: 'a\nb' },
      { kind: 'image', mediaType: 'image/png', bytes: 12, dataUrl: 'data:image/png;base64,AAAA' },
    );
    expect(text).toContain('> a\n> b\n\n*Image: image/png, 12 bytes*');
  });

  it('as JSON has no data of images', () => {
    const image = { kind: 'image', mediaType: 'image/png', bytes: 12, dataUrl: 'data:image/png;base64,AAAA' } as const;
    expect(exportConversation(storedConversation(), message(image), 'json').text).not.toContain('AAAA');
  });
});
