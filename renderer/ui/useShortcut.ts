/** Runs an action at Ctrl, on a Mac Cmd, with a key, as long as the component is shown and no dialog is open. */
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
