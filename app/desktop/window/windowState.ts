/** Stores the window's place, so that it opens there again if that screen still exists. */
import { readFileSync, writeFileSync } from 'node:fs';

export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface WindowState {
  bounds?: Rectangle;
  maximized: boolean;
  /** Whether the user has seen the notification that closing the window does not end the app. */
  closeExplained: boolean;
}

/** The stored state, or that of a first start where none can be read. */
export function readWindowState(file: string): WindowState {
  const first: WindowState = { maximized: false, closeExplained: false };
  try {
    const stored: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isWindowState(stored) ? stored : first;
  } catch {
    return first;
  }
}

/** @throws what the file system throws. */
export function writeWindowState(file: string, state: WindowState): void {
  writeFileSync(file, JSON.stringify(state), { mode: 0o600 });
}

/** The bounds, if enough of the window's top edge lies on one of the screens for the user to see and drag it. */
export function visibleBounds(bounds: Rectangle | undefined, screens: readonly Rectangle[]): Rectangle | undefined {
  if (!bounds) return undefined;
  const reachable = screens.some((screen) => {
    const across = Math.min(bounds.x + bounds.width, screen.x + screen.width) - Math.max(bounds.x, screen.x);
    return across >= 100 && bounds.y >= screen.y && bounds.y <= screen.y + screen.height - 50;
  });
  return reachable ? bounds : undefined;
}

/** Not with zod, which takes longer to load than the window may wait. */
function isWindowState(value: unknown): value is WindowState {
  if (!isObject(value)) return false;
  const { bounds, maximized, closeExplained } = value;
  return (bounds === undefined || isRectangle(bounds)) && isBoolean(maximized) && isBoolean(closeExplained);
}

function isRectangle(value: unknown): value is Rectangle {
  return isObject(value) && [value.x, value.y, value.width, value.height].every(Number.isSafeInteger);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}
