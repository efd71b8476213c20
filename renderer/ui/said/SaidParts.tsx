/** The parts of a message: text as Markdown, thinking folded, calls of tools as cards with their results, images. */
import type { SaidPart } from '../../../app/shared/contract';
import { formatBytes } from '../format';
import { Markdown } from '../markdown/Markdown';
import { ToolCard } from './ToolCard';
import './said.css';

export type ToolResultPart = Extract<SaidPart, { kind: 'tool_result' }>;

export interface SaidPartsProps {
  parts: readonly SaidPart[];
  /** More may come: the last part grows. */
  streaming?: boolean;
  /** The results of calls, which come in a later message, by the call's id. */
  results?: ReadonlyMap<string, ToolResultPart> | undefined;
  /** As in `MarkdownProps`, by the part's index. */
  shownParts?: Readonly<Record<number, number>> | undefined;
  onMore?: ((part: number, parts: number) => void) | undefined;
}

export function SaidParts({ parts, streaming = false, results, shownParts, onMore }: SaidPartsProps) {
  return parts.map((part, index) => {
    const key = `${index} ${part.kind}`;
    const grows = streaming && index === parts.length - 1;
    switch (part.kind) {
      case 'text':
        return (
          <Markdown
            key={key}
            text={part.text}
            streaming={grows}
            parts={shownParts && (shownParts[index] ?? 1)}
            onMore={onMore && ((count) => onMore(index, count))}
          />
        );
      case 'thinking':
        return <Thinking key={key} text={part.text} running={grows} />;
      case 'tool_call':
        return <ToolCard key={key} call={part} result={results?.get(part.id)} />;
      case 'tool_result':
        return <ToolCard key={key} result={part} />;
      case 'image':
        return <SaidImage key={key} image={part} />;
      case 'document':
        return (
          <p key={key} className="part-file">
            {part.title} <span className="quiet">document, {formatBytes(part.bytes)}</span>
          </p>
        );
      default:
        return null;
    }
  });
}

function Thinking({ text, running }: { text: string; running: boolean }) {
  return (
    <details className="said-fold" data-running={running}>
      <summary>{running ? 'Thinking…' : 'Thinking'}</summary>
      <Markdown text={text} />
    </details>
  );
}

function SaidImage({ image }: { image: Extract<SaidPart, { kind: 'image' }> }) {
  const { dataUrl, mediaType, bytes } = image;
  const name = `Image, ${mediaType.replace('image/', '').toUpperCase()}, ${formatBytes(bytes)}`;
  if (dataUrl === null) return <p className="part-file">{name}</p>;
  return <img className="part-image" src={dataUrl} alt={name} title={name} />;
}
