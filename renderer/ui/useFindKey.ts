/** Ctrl+F, on a Mac Cmd+F: a part of the page answers it with its search box. */
import { useEffect } from 'react';
import { isShortcut } from './keys';

/** @param find null while another part answers. */
export function useFindKey(find: (() => void) | null): void {
  useEffect(() => {
    if (!find) return;
    const onKey = (event: KeyboardEvent) => {
      if (!isShortcut(event, 'f') || document.querySelector('dialog[open]')) return;
      event.preventDefault();
      find();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [find]);
}
