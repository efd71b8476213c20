/** Documents that are sent along as files: the model reads PDFs, whatever the client calls them. */
import { invalidParam } from '../../chat/errors';
import type { DocumentBlock } from '../../chat/request';
import { base64Of } from './image';

/**
 * @param source base64 or a `data:` URL.
 * @param param the field that it came from, for the error.
 * @throws ChatError `invalid_request` where it is no PDF.
 */
export function pdfBlock(source: string, title: string | null | undefined, param: string): DocumentBlock {
  const data = base64Of(source, param);
  if (!Buffer.from(data.slice(0, 8), 'base64').toString('latin1').startsWith('%PDF-')) {
    throw invalidParam(param, 'not a PDF');
  }
  return { type: 'document', data, title: title || undefined };
}
