/** Messages as the window shows them. */
import type { AssistantBlock, DocumentBlock, ImageBlock, Message, UserBlock } from '../../chat/request';
import type { SaidMessage } from '../../shared/contract';
import { createPause } from '../../shared/largeTexts/slices';
import type { SaidPart } from '../../shared/requests/requestTexts';

/** A larger image is described. In bytes. */
const MAX_IMAGE_BYTES = 1_000_000;

/** The images among the messages that are shown; further ones are described. In bytes. */
const MAX_IMAGES_BYTES = 16_000_000;

/** Other work runs in between. */
export async function saidMessages(messages: readonly Message[]): Promise<SaidMessage[]> {
  const pause = createPause();
  const images = { left: MAX_IMAGES_BYTES };
  const said: SaidMessage[] = [];
  for (const { role, content } of messages) {
    said.push({ role, parts: content.flatMap((block) => saidParts(block, images)) });
    const waits = pause();
    if (waits !== undefined) await waits;
  }
  return said;
}

function saidParts(block: UserBlock | AssistantBlock, images: { left: number }): SaidPart[] {
  switch (block.type) {
    case 'text':
      return [{ kind: 'text', text: block.text }];
    case 'tool_use':
      return [
        {
          kind: 'tool_call',
          id: block.id,
          name: block.name,
          input: JSON.stringify(block.input, null, 2),
          done: true,
        },
      ];
    case 'tool_result': {
      const { toolUseId, isError, content } = block;
      const text = content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
      const others = content.flatMap((part) => (part.type === 'text' ? [] : [saidFile(part, images)]));
      return [{ kind: 'tool_result', id: toolUseId, isError, text }, ...others];
    }
    default:
      return [saidFile(block, images)];
  }
}

function saidFile(block: ImageBlock | DocumentBlock, images: { left: number }): SaidPart {
  const bytes = Math.floor((block.data.length * 3) / 4);
  if (block.type === 'document') return { kind: 'document', title: block.title ?? 'PDF', bytes };
  const isShown = bytes <= MAX_IMAGE_BYTES && bytes <= images.left;
  if (isShown) images.left -= bytes;
  const dataUrl = isShown ? `data:${block.mediaType};base64,${block.data}` : null;
  return { kind: 'image', mediaType: block.mediaType, bytes, dataUrl };
}
