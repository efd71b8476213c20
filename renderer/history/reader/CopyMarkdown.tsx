/** Copies a message as it was written. */
import type { SaidPart } from '../../../app/shared/contract';
import { partsMarkdown } from '../../../app/shared/conversations/conversationMarkdown';
import { CopyButton } from '../../ui/CopyButton';

/** In characters: the app's clipboard call takes no more. */
export const COPY_LIMIT = 1_000_000;

export function CopyMarkdown({ parts }: { parts: readonly SaidPart[] }) {
  return <CopyButton text={() => partsMarkdown(parts)} label="Copy this message" />;
}
