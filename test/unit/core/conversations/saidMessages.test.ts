import { describe, expect, it } from 'vitest';
import type { ImageBlock, Message } from '../../../../app/chat/request';
import { saidMessages } from '../../../../app/core/conversations/saidMessages';

const image = (bytes: number): ImageBlock => ({
  type: 'image',
  mediaType: 'image/png',
  data: 'A'.repeat((bytes / 3) * 4),
});

describe('messages for the window', () => {
  it('have results of tools with what they contain beside text', async () => {
    const message: Message = {
      role: 'user',
      content: [
        { type: 'tool_result', toolUseId: 't', isError: false, content: [{ type: 'text', text: 'a' }, image(3)] },
      ],
    };
    expect(await saidMessages([message])).toEqual([
      {
        role: 'user',
        parts: [
          { kind: 'tool_result', id: 't', isError: false, text: 'a' },
          { kind: 'image', mediaType: 'image/png', bytes: 3, dataUrl: 'data:image/png;base64,AAAA' },
        ],
      },
    ]);
  });

  it('describe images that are large, or too many', async () => {
    const messages = [3_000_000, ...Array.from({ length: 20 }, () => 900_000)].map(
      (bytes): Message => ({ role: 'user', content: [image(bytes)] }),
    );
    const shown = (await saidMessages(messages)).map(({ parts: [part] }) => part?.kind === 'image' && part.dataUrl);
    expect([shown[0], shown.filter(Boolean).length]).toEqual([null, 17]);
  });
});
