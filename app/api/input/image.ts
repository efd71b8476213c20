/** Images come as base64 with a type that is missing or not to be trusted, or as an address; the bytes say what they are. */
import { ChatError, invalidParam } from '../../chat/errors';
import type { ImageBlock } from '../../chat/request';
import { errorText } from '../../shared/errorText';
import type { DialectServices } from '../dialect';
import { type FetchLimits, fetchImage } from './fetchImage';

/**
 * @param source base64, a `data:` URL or, where the user allows it, an http address.
 * @param param the field that it came from, for the error.
 * @throws ChatError `invalid_request` when it is no image of a kind that the model reads.
 */
export type ReadImage = (source: string, param: string) => Promise<ImageBlock>;

/** For one request: it bounds how many images are fetched for it. */
export function imageReader(
  { fetchesImages }: Pick<DialectServices, 'fetchesImages'>,
  limits: FetchLimits = {},
): ReadImage {
  let fetched = 0;
  return async (source, param) => {
    if (!isAddress(source) || !fetchesImages()) return imageBlock(source, param);
    fetched += 1;
    if (fetched > MOST_FETCHED) throw invalidParam(param, `at most ${MOST_FETCHED} images are fetched for a request`);
    try {
      return blockOf((await fetchImage(source, limits)).toString('base64'), param);
    } catch (error) {
      if (error instanceof ChatError) throw error;
      throw invalidParam(param, `the image cannot be fetched: ${errorText(error)}`);
    }
  };
}

const MOST_FETCHED = 20;

/** As `ReadImage`, of an image that is sent along; an address is refused. */
export function imageBlock(source: string, param: string): ImageBlock {
  if (isAddress(source)) {
    const remedy = 'send the image itself as base64, or allow fetching in the settings of Claudacity';
    throw invalidParam(param, `images by address are not fetched: ${remedy}`);
  }
  return blockOf(base64Of(source, param), param);
}

function isAddress(source: string): boolean {
  return /^\s*https?:/i.test(source);
}

function blockOf(data: string, param: string): ImageBlock {
  const mediaType = sniff(Buffer.from(data.slice(0, 24), 'base64'));
  if (mediaType === null) throw invalidParam(param, 'not a PNG, JPEG, GIF or WebP image');
  return { type: 'image', mediaType, data };
}

/** Of base64 or a `data:` URL. @throws ChatError `invalid_request` where it is neither. */
export function base64Of(source: string, param: string): string {
  const encoded = source.startsWith('data:') ? source.slice(source.indexOf(',') + 1) : source;
  const data = encoded.replaceAll(/\s/g, '').replaceAll('-', '+').replaceAll('_', '/');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(data)) throw invalidParam(param, 'not base64');
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
