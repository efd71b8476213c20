/** Copies a text, and shows a check mark once it is on the clipboard. */
import { useEffect, useState } from 'react';
import { useCommands } from '../state/services';
import { Icon } from './Icon';

/** A longer text, in characters, cannot be copied: the app's clipboard call takes no more. */
export const COPY_LIMIT = 1_000_000;

const CHECK_MARK_MS = 1_600;

export interface CopyButtonProps {
  text: string | (() => string);
  /** The accessible name: `Copy address`. */
  label: string;
  /** Shows the label as well as the icon. */
  wide?: boolean;
}

export function CopyButton({ text, label, wide = false }: CopyButtonProps) {
  const commands = useCommands();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), CHECK_MARK_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = async () => setCopied(await commands.run('clipboard.copy', typeof text === 'string' ? text : text()));
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
