import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readWindowState, visibleBounds, writeWindowState } from '../../../../app/desktop/window/windowState';

describe('visibleBounds', () => {
  const screens = [{ x: 0, y: 0, width: 1920, height: 1080 }];
  const size = { width: 1080, height: 720 };

  test('accepts bounds on an existing screen', () => {
    expect(visibleBounds({ x: 100, y: 100, ...size }, screens)).toEqual({ x: 100, y: 100, ...size });
  });

  test('accepts bounds that reach over the edge of a screen', () => {
    expect(visibleBounds({ x: -900, y: 900, ...size }, screens)).toBeDefined();
  });

  test.each([
    ['to the right of', { x: 2000, y: 0, ...size }],
    ['above', { x: 0, y: -30, ...size }],
    ['below', { x: 0, y: 1070, ...size }],
  ])('drops bounds %s every screen, where the window could not be reached', (_where, bounds) => {
    expect(visibleBounds(bounds, screens)).toBeUndefined();
  });
});

describe('the stored state of the window', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'claudacity-window-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('is read as it was written', () => {
    const file = path.join(folder, 'window.json');
    const state = { bounds: { x: 1, y: 2, width: 800, height: 600 }, maximized: true, closeExplained: true };
    writeWindowState(file, state);
    expect(readWindowState(file)).toEqual(state);
  });

  test.each(['{', '{"maximized":"yes"}'])('is that of a first start where the file holds %s', async (content) => {
    const file = path.join(folder, 'window.json');
    await writeFile(file, content);
    expect(readWindowState(file)).toEqual({ maximized: false, closeExplained: false });
  });
});
