/** A top-level block as elements. */
import type { MarkedToken, Token, Tokens } from 'marked';
import { memo, type ReactNode } from 'react';
import type { Block } from './blocks';
import { CodeBlock } from './CodeBlock';
import { Inline } from './Inline';

/** Drawn once for each block: a complete block stays the same object while the text grows. */
export const BlockView = memo(function BlockView({ block }: { block: Block }) {
  return block.token.type === 'plain' ? <p className="md-plain">{block.token.raw}</p> : blockElement(block.token);
});

function Blocks({ tokens }: { tokens: readonly Token[] }) {
  return tokens.map((token, index) => {
    const key = `${index} ${token.type}`;
    return <Nested key={key} token={token as MarkedToken} />;
  });
}

function Nested({ token }: { token: MarkedToken }) {
  return blockElement(token);
}

function blockElement(token: MarkedToken): ReactNode {
  switch (token.type) {
    case 'space':
    case 'def':
      return null;
    case 'heading':
      return <Heading token={token} />;
    case 'paragraph':
      return (
        <p>
          <Inline tokens={token.tokens} />
        </p>
      );
    case 'code':
      return <CodeBlock code={token.text} info={token.lang} />;
    case 'blockquote':
      return (
        <blockquote>
          <Blocks tokens={token.tokens} />
        </blockquote>
      );
    case 'hr':
      return <hr />;
    case 'list':
      return <List token={token} />;
    case 'table':
      return <Table token={token} />;
    case 'html':
      return <p className="md-plain">{token.text.replace(/\n+$/, '')}</p>;
    // The text of a tight list item.
    case 'text':
    case 'checkbox':
      return <Inline tokens={[token]} />;
    default:
      return <p className="md-plain">{token.raw}</p>;
  }
}

/** The page, what is read and its speakers have the levels above. */
const TOP_LEVEL = 4;

function Heading({ token: { depth, tokens } }: { token: Tokens.Heading }) {
  const Level = `h${Math.min(6, TOP_LEVEL + depth - 1)}` as 'h4' | 'h5' | 'h6';
  return (
    <Level data-depth={depth}>
      <Inline tokens={tokens} />
    </Level>
  );
}

function List({ token: { ordered, start, items } }: { token: Tokens.List }) {
  const entries = items.map((item, index) => {
    const key = `${index}`;
    return (
      <li key={key} data-task={item.task}>
        <Blocks tokens={item.tokens} />
      </li>
    );
  });
  return ordered ? <ol start={start === '' ? 1 : start}>{entries}</ol> : <ul>{entries}</ul>;
}

function Table({ token: { header, rows } }: { token: Tokens.Table }) {
  return (
    <section
      className="md-table"
      aria-label="Table"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by the keys that scroll it
      tabIndex={0}
    >
      <table>
        <thead>
          <tr>
            {header.map((cell, index) => {
              const key = `${index}`;
              return (
                <th key={key} data-align={cell.align}>
                  <Inline tokens={cell.tokens} />
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => {
            const key = `${index}`;
            return <TableRow key={key} cells={row} />;
          })}
        </tbody>
      </table>
    </section>
  );
}

function TableRow({ cells }: { cells: readonly Tokens.TableCell[] }) {
  return (
    <tr>
      {cells.map((cell, index) => {
        const key = `${index}`;
        return (
          <td key={key} data-align={cell.align}>
            <Inline tokens={cell.tokens} />
          </td>
        );
      })}
    </tr>
  );
}
