/** Reads files in a body. The model reads PDFs only; the bytes decide, not the media type or name that the client gives. */
import { invalidParam } from '../../chat/errors';
import type { DocumentBlock } from '../../chat/request';
import { base64Of } from './image';

/**
 * @param source base64 or a `data:` URL.
 * @param param the field of the body that holds it, for errors.
 * @throws ChatError `invalid_request` for anything but a PDF.
 */
export async function pdfBlock(
  source: string,
  title: string | null | undefined,
  param: string,
): Promise<DocumentBlock> {
  const data = await base64Of(source, param);
  if (!Buffer.from(data.slice(0, 8), 'base64').toString('latin1').startsWith('%PDF-')) {
    throw invalidParam(param, 'not a PDF');
  }
  return { type: 'document', data, title: title || undefined };
}
