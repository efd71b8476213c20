/**
 * Shows a Markdown text as React elements, never as markup: the text of a model or of a stranger cannot become an element that the page does
 * not know. Links are followed only through the app, images are never loaded, and HTML is shown as it was written.
 */
import { useMemo, useRef, useState } from 'react';
import { formatCount } from '../format';
import { BlockView } from './BlockView';
import { type Block, createBlockLexer } from './blocks';
import { LinkAddress } from './LinkAddress';
import './markdown.css';

/** A longer text is shown in parts of this size, in characters. */
const PART = 100_000;

export interface MarkdownProps {
  text: string;
  /** The text is still growing: its newest part is shown where it is long, and a mark stands at its end. */
  streaming?: boolean;
  /** How many parts of a long text are shown, where somebody else remembers it. */
  parts?: number | undefined;
  onMore?: ((parts: number) => void) | undefined;
}

export function Markdown({ text, streaming = false, parts: givenParts, onMore }: MarkdownProps) {
  const [lexer] = useState(createBlockLexer);
  const [ownParts, setOwnParts] = useState(1);
  const parts = givenParts ?? ownParts;
  const place = useRef<HTMLDivElement>(null);
  const limit = parts * PART;
  const source = streaming ? text : textBefore(text, limit);
  const blocks = useMemo(() => lexer.update(source), [lexer, source]);
  const shown = streaming ? newestBlocks(blocks, text.length - limit) : blocks;
  const left = streaming ? (shown[0]?.at ?? 0) : text.length - source.length;
  const more = left > 0 && (
    <button type="button" className="button md-more" onClick={() => (onMore ?? setOwnParts)(parts + 1)}>
      Show {streaming ? 'earlier text' : 'more'} ({formatCount(left)} characters left)
    </button>
  );
  return (
    <div ref={place} className="md" data-streaming={streaming}>
      {streaming && more}
      {shown.map((block) => (
        <BlockView key={block.at} block={block} />
      ))}
      {!streaming && more}
      <LinkAddress within={place} />
    </div>
  );
}

/** The text up to a limit, cut where a line ends. */
function textBefore(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const lineEnd = text.lastIndexOf('\n', limit);
  return text.slice(0, lineEnd > limit - PART / 2 ? lineEnd + 1 : limit);
}

/** The blocks that begin at a place or behind it, and always the last one. */
function newestBlocks(blocks: readonly Block[], from: number): readonly Block[] {
  if (from <= 0) return blocks;
  const first = blocks.findIndex(({ at }) => at >= from);
  return blocks.slice(first < 0 ? -1 : first);
}
