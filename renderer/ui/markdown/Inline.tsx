/** The text within a block: emphasis, code, links. Every string becomes a text node, so markup in a text stays text. */
import type { MarkedToken, Token } from 'marked';
import { Fragment, type ReactNode } from 'react';
import { resolveCharacters } from './characters';
import { TextLink } from './TextLink';

export function Inline({ tokens }: { tokens: readonly Token[] | undefined }) {
  return tokens?.map((token, index) => {
    const key = `${index} ${token.type}`;
    return <Fragment key={key}>{inline(token as MarkedToken)}</Fragment>;
  });
}

function inline(token: MarkedToken): ReactNode {
  switch (token.type) {
    case 'strong':
      return (
        <strong>
          <Inline tokens={token.tokens} />
        </strong>
      );
    case 'em':
      return (
        <em>
          <Inline tokens={token.tokens} />
        </em>
      );
    case 'del':
      return (
        <del>
          <Inline tokens={token.tokens} />
        </del>
      );
    case 'codespan':
      return <code>{token.text}</code>;
    case 'br':
      return <br />;
    case 'html':
      // Models break lines in table cells with it.
      return /^<br ?\/?>$/i.test(token.text) ? <br /> : token.text;
    case 'checkbox':
      return <TaskMark checked={token.checked} />;
    case 'link':
      return (
        <TextLink address={token.href}>
          <Inline tokens={token.tokens} />
        </TextLink>
      );
    case 'image':
      // Never loaded: its address would tell a stranger that the text is read.
      return (
        <TextLink address={token.href}>
          <span className="md-image">Image: {resolveCharacters(token.text) || token.href}</span>
        </TextLink>
      );
    case 'text':
      if (token.tokens) return <Inline tokens={token.tokens} />;
      return token.escaped ? token.text : resolveCharacters(token.text);
    case 'escape':
      return token.text;
    default:
      return token.raw;
  }
}

function TaskMark({ checked }: { checked: boolean }) {
  return (
    <span className="md-task" role="img" aria-label={checked ? 'Done:' : 'To do:'} data-checked={checked}>
      {checked && (
        <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
          <path d="M4 8.3 6.8 11 12 5" />
        </svg>
      )}
    </span>
  );
}
