/** Copies a text and says that it has. */
import { useEffect, useState } from 'react';
import { useCommands } from '../state/page';
import { Icon } from './Icon';

const SAID_MS = 1_600;

export interface CopyButtonProps {
  text: string | (() => string);
  /** What is copied, for those who cannot see what the button stands beside: `Copy address`. */
  label: string;
  /** Shows the label as well as the icon. */
  wide?: boolean;
}

export function CopyButton({ text, label, wide = false }: CopyButtonProps) {
  const commands = useCommands();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SAID_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = async () => setCopied(await commands.copy(typeof text === 'string' ? text : text()));
  return (
    <button
      type="button"
      className={wide ? 'button' : 'icon-button'}
      data-copied={copied}
      title={label}
      aria-label={copied ? 'Copied' : label}
      onClick={copy}
    >
      <Icon name={copied ? 'check' : 'copy'} />
      {wide && <span>{label}</span>}
    </button>
  );
}
