/** A text whose commands, in backticks, are shown as code that can be copied. The app's remedies are such texts. */
import { Fragment } from 'react';
import { CopyButton } from './CopyButton';

export function CodeText({ children }: { children: string }) {
  // Splitting at the backticks leaves plain text at even positions and code at odd ones.
  return children.split('`').map((piece, position) => {
    const key = `${position} ${piece}`;
    return position % 2 === 0 ? <Fragment key={key}>{piece}</Fragment> : <Command key={key} text={piece} />;
  });
}

/** A command or an address, with the button that copies it. */
export function Command({ text }: { text: string }) {
  return (
    <span className="command">
      <code>{text}</code>
      <CopyButton text={text} label={`Copy ${text}`} />
    </span>
  );
}
