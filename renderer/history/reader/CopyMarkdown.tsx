/** Copies a message as it was written. */
import type { SaidPart } from '../../../app/shared/contract';
import { partsMarkdown } from '../../../app/shared/conversations/conversationMarkdown';
import { CopyButton } from '../../ui/CopyButton';

export function CopyMarkdown({ parts }: { parts: readonly SaidPart[] }) {
  return <CopyButton text={() => partsMarkdown(parts)} label="Copy this message" />;
}
