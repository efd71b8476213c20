/**
 * `npm run icons`: renders build/icons/source/*.svg in every size and file format that Linux, macOS and Windows need. The
 * results are committed, so it has to run only after a drawing was changed.
 *
 * Each tray icon has two drawings, of 22 px for Linux panels and of 16 px for macOS and Windows, so that its edges fall on
 * whole pixels. macOS uses only the alpha channel of a "Template" image and chooses its colour itself.
 */
import fs from 'node:fs';
import path from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import { ROOT } from './setup/command.mjs';

const ICONS = path.join(ROOT, 'build', 'icons');
const APP_SIZES = [16, 24, 32, 48, 64, 128, 256, 512, 1024];

const renderApp = (/** @type {number} */ size) => render(readDrawing(size < 32 ? 'app-small' : 'app'), size);
for (const size of APP_SIZES) writeIcon(`${size}x${size}.png`, renderApp(size).asPng());
writeIcon('icon.ico', encodeIco([16, 24, 32, 48, 64, 128, 256].map(renderApp)));
writeIcon('icon.icns', encodeIcns());
for (const state of ['ok', 'working', 'attention', 'stopped']) {
  const [panel, small] = [readDrawing(`${state}-22`), readDrawing(`${state}-16`)];
  const template = small.replace(/fill="#[0-9a-f]{6}"/g, 'fill="#000000"');
  writeIcon(`tray/${state}.png`, render(panel, 22).asPng());
  writeIcon(`tray/${state}@2x.png`, render(panel, 44).asPng());
  writeIcon(`tray/${state}Template.png`, render(template, 16).asPng());
  writeIcon(`tray/${state}Template@2x.png`, render(template, 32).asPng());
  writeIcon(`tray/${state}.ico`, encodeIco([16, 20, 24, 32, 48].map((size) => render(small, size))));
}

/** @param {string} name */
function readDrawing(name) {
  return fs.readFileSync(path.join(ICONS, 'source', `${name}.svg`), 'utf8');
}

/** @param {string} name @param {Uint8Array} bytes */
function writeIcon(name, bytes) {
  fs.mkdirSync(path.dirname(path.join(ICONS, name)), { recursive: true });
  fs.writeFileSync(path.join(ICONS, name), bytes);
}

/** @param {string} svg @param {number} size in pixels */
function render(svg, size) {
  return new Resvg(svg, { fitTo: { mode: 'width', value: size } }).render();
}

/** @typedef {ReturnType<typeof render>} Rendered */

/**
 * Encodes an .ico file. Only its 256 px image is PNG, because installers and old shells read small ones as bitmaps.
 * @param {Rendered[]} pictures
 */
function encodeIco(pictures) {
  const images = pictures.map((picture) => (picture.width < 256 ? encodeBitmap(picture) : picture.asPng()));
  const header = Buffer.alloc(6 + 16 * images.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(images.length, 4);
  let offset = header.length;
  for (const [index, image] of images.entries()) {
    const entry = 6 + 16 * index;
    const size = /** @type {Rendered} */ (pictures[index]).width;
    header.writeUInt8(size % 256, entry);
    header.writeUInt8(size % 256, entry + 1);
    header.writeUInt16LE(1, entry + 4);
    header.writeUInt16LE(32, entry + 6);
    header.writeUInt32LE(image.length, entry + 8);
    header.writeUInt32LE(offset, entry + 12);
    offset += image.length;
  }
  return Buffer.concat([header, ...images]);
}

/**
 * Encodes a 32 bit bitmap for an .ico: bottom row first, then a 1 bit mask, left empty because there is an alpha channel.
 * @param {Rendered} picture
 */
function encodeBitmap(picture) {
  const size = picture.width;
  const maskRow = Math.ceil(size / 32) * 4;
  const image = Buffer.alloc(40 + size * size * 4 + size * maskRow);
  image.writeUInt32LE(40, 0);
  image.writeInt32LE(size, 4);
  image.writeInt32LE(size * 2, 8);
  image.writeUInt16LE(1, 12);
  image.writeUInt16LE(32, 14);
  const pixels = picture.pixels;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const from = (y * size + x) * 4;
      const to = 40 + ((size - 1 - y) * size + x) * 4;
      const [red = 0, green = 0, blue = 0, alpha = 0] = pixels.subarray(from, from + 4);
      // resvg returns premultiplied colours.
      const unpremultiplied = (/** @type {number} */ value) =>
        alpha ? Math.min(255, Math.round((value * 255) / alpha)) : 0;
      image.set([unpremultiplied(blue), unpremultiplied(green), unpremultiplied(red), alpha], to);
    }
  }
  return image;
}

/** Encodes an .icns file of PNG images. */
function encodeIcns() {
  const types = {
    icp4: 16,
    icp5: 32,
    ic11: 32,
    ic12: 64,
    ic07: 128,
    ic08: 256,
    ic13: 256,
    ic09: 512,
    ic14: 512,
    ic10: 1024,
  };
  const chunks = Object.entries(types).map(([type, size]) => encodeChunk(type, renderApp(size).asPng()));
  return encodeChunk('icns', Buffer.concat(chunks));
}

/** @param {string} type four letters @param {Buffer} content */
function encodeChunk(type, content) {
  const header = Buffer.alloc(8);
  header.write(type, 'ascii');
  header.writeUInt32BE(content.length + 8, 4);
  return Buffer.concat([header, content]);
}
