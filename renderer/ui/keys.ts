/** Shortcuts as the platform has them: Cmd on a Mac, Ctrl elsewhere. */
const MAC = navigator.platform.startsWith('Mac');

/** Whether the event is Ctrl (on a Mac, Cmd) with the key and no other modifier. */
export function isShortcut(event: KeyboardEvent, key: string): boolean {
  const modifier = MAC ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  return modifier && !event.altKey && !event.shiftKey && event.key.toLowerCase() === key;
}

/** How a shortcut is written: `⌘K`, `Ctrl+K`. */
export function keyName(key: string): string {
  return MAC ? `⌘${key.toUpperCase()}` : `Ctrl+${key.toUpperCase()}`;
}

/** A shortcut for `aria-keyshortcuts`: `Meta+K`, `Control+K`. */
export function ariaShortcut(key: string): string {
  return `${MAC ? 'Meta' : 'Control'}+${key.toUpperCase()}`;
}
