/** The parts of a message: text as Markdown, thinking folded, calls of tools as cards with their results, images. */
import type { ReactNode } from 'react';
import type { SaidPart } from '../../../app/shared/contract';
import { COPY_LIMIT, CopyButton } from '../CopyButton';
import { formatBytes, formatCount } from '../format';
import { Markdown, type MarkdownProps } from '../markdown/Markdown';
import { ToolCard } from './ToolCard';
import './said.css';

export type ToolResultPart = Extract<SaidPart, { kind: 'tool_result' }>;

/** Stands where texts would, while the setting keeps them out. */
export const TEXTS_KEPT_OUT = 'Texts are kept out: “Store the conversation history” is off.';

export interface SaidPartsProps {
  parts: readonly SaidPart[];
  /** More may come: the last part grows. */
  streaming?: boolean;
  /** The results of calls, which come in a later message, by the call's id; absent where they are not known. */
  results?: ReadonlyMap<string, ToolResultPart> | undefined;
  /** As in `MarkdownProps`, by the part's index. */
  shownParts?: Readonly<Record<number, number>> | undefined;
  onMore?: ((part: number, parts: number) => void) | undefined;
  /** The message is shown by itself: the cards of tools are open, and each text has a button that copies it. */
  alone?: boolean;
  /** Stands below each call of a tool and each result. */
  toolLink?: ReactNode;
}

export function SaidParts({
  parts,
  streaming = false,
  results,
  shownParts,
  onMore,
  alone = false,
  toolLink,
}: SaidPartsProps) {
  return parts.map((part, index) => {
    const key = `${index} ${part.kind}`;
    const grows = streaming && index === parts.length - 1;
    switch (part.kind) {
      case 'text': {
        const markdown = {
          text: part.text,
          streaming: grows,
          parts: shownParts && (shownParts[index] ?? 1),
          onMore: onMore && ((count: number) => onMore(index, count)),
        };
        return alone ? <CopiedText key={key} {...markdown} /> : <Markdown key={key} {...markdown} />;
      }
      case 'thinking':
        return <Thinking key={key} text={part.text} running={grows} />;
      case 'tool_call': {
        const result = results && (results.get(part.id) ?? null);
        return <ToolCard key={key} call={part} result={result} openAtFirst={alone} link={toolLink} />;
      }
      case 'tool_result':
        return <ToolCard key={key} result={part} openAtFirst={alone} link={toolLink} />;
      case 'image':
        return <SaidImage key={key} image={part} />;
      case 'document':
        return (
          <p key={key} className="part-file">
            {part.title || 'Document'} <span className="quiet">document, {formatBytes(part.bytes)}</span>
          </p>
        );
      default:
        return null;
    }
  });
}

function CopiedText(props: MarkdownProps) {
  const { text, streaming } = props;
  return (
    <div className="said-text">
      <Markdown {...props} />
      {!streaming && text !== '' && text.length <= COPY_LIMIT && <CopyButton text={text} label="Copy this text" />}
    </div>
  );
}

function Thinking({ text, running }: { text: string; running: boolean }) {
  return (
    <details className="said-fold" data-running={running}>
      <summary>
        {running ? 'Thinking…' : 'Thinking'} <span className="quiet">{formatCount(text.length)} characters</span>
      </summary>
      <Markdown text={text} />
    </details>
  );
}

function SaidImage({ image }: { image: Extract<SaidPart, { kind: 'image' }> }) {
  const { dataUrl, mediaType, bytes } = image;
  const name = `Image, ${mediaType.replace('image/', '').toUpperCase()}, ${formatBytes(bytes)}`;
  if (dataUrl === null) return <p className="part-file">{name}: too large to show</p>;
  return <img className="part-image" src={dataUrl} alt={name} title={name} />;
}
