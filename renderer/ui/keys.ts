/** Shortcuts as the system writes and holds them: Cmd on a Mac, Ctrl elsewhere. */
const MAC = navigator.platform.startsWith('Mac');

/** Whether the event is Ctrl (on a Mac, Cmd) with the key and nothing else. */
export function isShortcut(event: KeyboardEvent, key: string): boolean {
  const held = MAC ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  return held && !event.altKey && !event.shiftKey && event.key.toLowerCase() === key;
}

/** How a shortcut is written: `⌘K`, `Ctrl+K`. */
export function keyName(key: string): string {
  return MAC ? `⌘${key.toUpperCase()}` : `Ctrl+${key.toUpperCase()}`;
}
