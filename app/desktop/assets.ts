/** Paths of the files that the desktop shell loads. The bundler puts them beside the bundled main file, in a checkout and in a package alike. */
import path from 'node:path';

export const RENDERER_DIR = path.join(__dirname, 'renderer');
export const ICON_DIR = path.join(__dirname, 'icons');
export const PRELOAD_FILE = path.join(__dirname, 'preload.cjs');
/** Written by the bundler (build/licenses.mjs). */
export const LICENSES_FILE = path.join(__dirname, 'licenses.txt');
export const APP_ICON = path.join(ICON_DIR, 'app.png');
