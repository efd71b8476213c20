/** Stores the window's place, so that it opens there again if that screen still exists. */
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

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
  try {
    return SCHEMA.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return { maximized: false, closeExplained: false };
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

const SCHEMA = z.object({
  bounds: z.object({ x: z.int(), y: z.int(), width: z.int(), height: z.int() }).exactOptional(),
  maximized: z.boolean(),
  closeExplained: z.boolean(),
});
