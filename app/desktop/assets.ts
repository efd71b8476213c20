/** Where the bundler puts what the desktop shell loads at run time: beside the bundled main file, in a checkout as in a package. */
import path from 'node:path';

export const RENDERER_DIR = path.join(__dirname, 'renderer');
export const ICON_DIR = path.join(__dirname, 'icons');
export const PRELOAD_FILE = path.join(__dirname, 'preload.cjs');
export const APP_ICON = path.join(ICON_DIR, 'app.png');
