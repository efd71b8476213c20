/**
 * Renders build/icons/source/*.svg into every size and container that the three systems ask for. The results are
 * committed, so only somebody who changes a drawing runs this (`npm run icons`).
 *
 * Tray glyphs are drawn twice, on a grid of 22 for Linux panels and on one of 16 for macOS and Windows, so that their
 * edges fall on whole pixels. macOS colours a "Template" image itself and reads only its alpha.
 */
import fs from 'node:fs';
import path from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import { ROOT } from './setup/command.mjs';

const ICONS = path.join(ROOT, 'build', 'icons');
const APP_SIZES = [16, 24, 32, 48, 64, 128, 256, 512, 1024];

const appAt = (/** @type {number} */ size) => render(drawing(size < 32 ? 'app-small' : 'app'), size);
for (const size of APP_SIZES) write(`${size}x${size}.png`, appAt(size).asPng());
write('icon.ico', ico([16, 24, 32, 48, 64, 128, 256].map(appAt)));
write('icon.icns', icns());
for (const state of ['running', 'stopped', 'error']) {
  const [panel, small] = [drawing(`${state}-22`), drawing(`${state}-16`)];
  const template = small.replace(/fill="#[0-9a-f]{6}"/g, 'fill="#000000"');
  write(`tray/${state}.png`, render(panel, 22).asPng());
  write(`tray/${state}@2x.png`, render(panel, 44).asPng());
  write(`tray/${state}Template.png`, render(template, 16).asPng());
  write(`tray/${state}Template@2x.png`, render(template, 32).asPng());
  write(`tray/${state}.ico`, ico([16, 20, 24, 32, 48].map((size) => render(small, size))));
}

/** @param {string} name */
function drawing(name) {
  return fs.readFileSync(path.join(ICONS, 'source', `${name}.svg`), 'utf8');
}

/** @param {string} name @param {Uint8Array} bytes */
function write(name, bytes) {
  fs.mkdirSync(path.dirname(path.join(ICONS, name)), { recursive: true });
  fs.writeFileSync(path.join(ICONS, name), bytes);
}

/** @param {string} svg @param {number} size in pixels */
function render(svg, size) {
  return new Resvg(svg, { fitTo: { mode: 'width', value: size } }).render();
}

/** @typedef {ReturnType<typeof render>} Rendered */

/** An .ico file; only its 256 px picture is PNG, because installers and old shells read small ones as bitmaps. @param {Rendered[]} pictures */
function ico(pictures) {
  const images = pictures.map((picture) => (picture.width < 256 ? bitmap(picture) : picture.asPng()));
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

/** A 32 bit bitmap as it stands in an .ico: bottom row first, then a 1 bit mask that alpha makes unnecessary. @param {Rendered} picture */
function bitmap(picture) {
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
      // The renderer gives premultiplied colours.
      const plain = (/** @type {number} */ value) => (alpha ? Math.min(255, Math.round((value * 255) / alpha)) : 0);
      image.set([plain(blue), plain(green), plain(red), alpha], to);
    }
  }
  return image;
}

/** An .icns file of PNG pictures. */
function icns() {
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
  const chunks = Object.entries(types).map(([type, size]) => chunk(type, appAt(size).asPng()));
  return chunk('icns', Buffer.concat(chunks));
}

/** @param {string} type four letters @param {Buffer} content */
function chunk(type, content) {
  const header = Buffer.alloc(8);
  header.write(type, 'ascii');
  header.writeUInt32BE(content.length + 8, 4);
  return Buffer.concat([header, content]);
}
