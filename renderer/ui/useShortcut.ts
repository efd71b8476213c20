/** Ctrl, on a Mac Cmd, with a key: for what a part of a page does. A dialog that is open comes first. */
import { useEffect } from 'react';
import { isShortcut } from './keys';

export function useShortcut(key: string, action: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!isShortcut(event, key) || document.querySelector('dialog[open]')) return;
      event.preventDefault();
      action();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [key, action]);
}
