/** Reads images, sent as base64 or as a URL. Their type is detected from the bytes, since clients send it wrong or not at all. */
import { ChatError, invalidParam } from '../../chat/errors';
import type { ImageBlock } from '../../chat/request';
import { errorText } from '../../shared/errorText';
import { createPause } from '../../shared/largeTexts/slices';
import type { DialectServices } from '../dialect';
import { type FetchLimits, fetchImage } from './fetchImage';

/**
 * @param source base64, a `data:` URL or, if the user's settings allow fetching, an http URL.
 * @param param the field of the body that holds it, for errors.
 * @throws ChatError `invalid_request` for anything but an image of a type that the API accepts.
 */
export type ReadImage = (source: string, param: string) => Promise<ImageBlock>;

/** A reader for one request: it bounds how many images are fetched. */
export function imageReader(
  { fetchesImages }: Pick<DialectServices, 'fetchesImages'>,
  limits: FetchLimits = {},
): ReadImage {
  let fetched = 0;
  return async (source, param) => {
    if (!isHttpUrl(source) || !fetchesImages()) return imageBlock(source, param);
    fetched += 1;
    if (fetched > MAX_FETCHED) throw invalidParam(param, `at most ${MAX_FETCHED} images are fetched for a request`);
    try {
      return toBlock((await fetchImage(source, limits)).toString('base64'), param);
    } catch (error) {
      if (error instanceof ChatError) throw error;
      throw invalidParam(param, `the image cannot be fetched: ${errorText(error)}`);
    }
  };
}

const MAX_FETCHED = 20;

/** Like `ReadImage`, for images in the body alone: a URL is refused. */
export async function imageBlock(source: string, param: string): Promise<ImageBlock> {
  if (isHttpUrl(source)) {
    const remedy = 'send the image itself as base64, or allow fetching in the settings of Claudacity';
    throw invalidParam(param, `images are not fetched from URLs: ${remedy}`);
  }
  return toBlock(await base64Of(source, param), param);
}

function isHttpUrl(source: string): boolean {
  return /^\s*https?:/i.test(source);
}

function toBlock(data: string, param: string): ImageBlock {
  const mediaType = detectMediaType(Buffer.from(data.slice(0, 24), 'base64'));
  if (mediaType === null) throw invalidParam(param, 'not a PNG, JPEG, GIF or WebP image');
  return { type: 'image', mediaType, data };
}

/** Standard base64 from base64, base64url or a `data:` URL. @throws ChatError `invalid_request` where it is none of them. */
export async function base64Of(source: string, param: string): Promise<string> {
  const encoded = source.startsWith('data:') ? source.slice(source.indexOf(',') + 1) : source;
  const pause = createPause();
  const pieces: string[] = [];
  let padding = 0;
  let isStandard = true;
  for (let at = 0; at < encoded.length; at += PIECE_LENGTH) {
    const waits = pause();
    if (waits !== undefined) await waits;
    const sent = encoded.slice(at, at + PIECE_LENGTH);
    const piece = sent.replaceAll(/\s/g, '').replaceAll('-', '+').replaceAll('_', '/');
    const [, digits = '', ending = ''] = /^([A-Za-z0-9+/]*)(=*)$/.exec(piece) ?? ['', '', '==='];
    padding += ending.length;
    if (padding > 2 || (digits !== '' && padding > ending.length)) throw invalidParam(param, 'not base64');
    isStandard &&= piece === sent;
    pieces.push(piece);
  }
  const data = isStandard ? encoded : pieces.join('');
  if (data.length === padding) throw invalidParam(param, 'not base64');
  return data;
}

/** Characters that are checked at once: an image of tens of MB is checked in slices. */
const PIECE_LENGTH = 256 * 1024;

/** The media type, from the file's first bytes; null for an unsupported one. */
function detectMediaType(head: Buffer): string | null {
  const text = head.toString('latin1');
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return 'image/gif';
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'image/webp';
  return null;
}
