/** Images come as base64 with a type that is missing or not to be trusted; the bytes say what they are. */
import { ChatError } from '../chat/errors';
import type { ImageBlock } from '../chat/request';

/**
 * @param source base64 or a `data:` URL.
 * @param param the field that it came from, for the error.
 * @throws ChatError `invalid_request` when it is no image of a kind that the model reads.
 */
export function imageBlock(source: string, param: string): ImageBlock {
  if (/^https?:/i.test(source))
    throw refused('images by address are not fetched: send the image itself as base64', param);
  const data = base64Of(source, param);
  const mediaType = sniff(Buffer.from(data.slice(0, 24), 'base64'));
  if (mediaType === null) throw refused('not a PNG, JPEG, GIF or WebP image', param);
  return { type: 'image', mediaType, data };
}

function base64Of(source: string, param: string): string {
  const encoded = source.startsWith('data:') ? source.slice(source.indexOf(',') + 1) : source;
  const data = encoded.replaceAll(/\s/g, '').replaceAll('-', '+').replaceAll('_', '/');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(data)) throw refused('not base64', param);
  return data;
}

function sniff(head: Buffer): string | null {
  const text = head.toString('latin1');
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return 'image/gif';
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'image/webp';
  return null;
}

function refused(message: string, param: string): ChatError {
  return new ChatError('invalid_request', `${param}: ${message}`, { param });
}
