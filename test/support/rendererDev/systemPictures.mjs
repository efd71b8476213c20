/**
 * Draws the pictures of the README's install section: the window's picture context/home.png in the frame of each system, small.
 * `node test/support/rendererDev/systemPictures.mjs`, after shoot.mjs has made a new home.png.
 */
import fs from 'node:fs';
import { Resvg } from '@resvg/resvg-js';

const WIDTH = 720;
const BAR = 30;
/** Three of them stand side by side. */
const SHOWN_WIDTH = 440;
const source = fs.readFileSync('context/home.png');
const size = { width: source.readUInt32BE(16), height: source.readUInt32BE(20) };
const height = Math.round((WIDTH * size.height) / size.width);

const circle = (/** @type {number} */ x, /** @type {string} */ fill) =>
  `<circle cx="${x}" cy="15" r="6" fill="${fill}"/>`;
const line = (/** @type {string} */ d, colour = '#333') => `<path d="${d}" stroke="${colour}" fill="none"/>`;
const title = (/** @type {number} */ x, /** @type {string} */ anchor) =>
  `<text x="${x}" y="19.5" font-family="DejaVu Sans, sans-serif" font-size="12" text-anchor="${anchor}" fill="#333">Claudacity</text>`;

/** What stands in the bar of the window. */
const FRAMES = {
  macos: {
    radius: 10,
    bar: '#e9e9eb',
    buttons: circle(18, '#ff5f57') + circle(38, '#febc2e') + circle(58, '#28c840') + title(WIDTH / 2, 'middle'),
  },
  windows: {
    radius: 6,
    bar: '#f3f3f3',
    buttons:
      title(12, 'start') +
      line(`M${WIDTH - 116} 15.5h10`) +
      line(`M${WIDTH - 70.5} 10.5h10v10h-10z`) +
      line(`M${WIDTH - 26} 10l10 10m0-10l-10 10`),
  },
  linux: {
    radius: 10,
    bar: '#ebebeb',
    buttons: `${title(WIDTH / 2, 'middle')}<circle cx="${WIDTH - 18}" cy="15" r="9" fill="#dcdcdc"/>${line(`M${WIDTH - 21.5} 11.5l7 7m0-7l-7 7`)}`,
  },
};

fs.mkdirSync('context/pictures', { recursive: true });
for (const [name, { radius, bar, buttons }] of Object.entries(FRAMES)) {
  const frame = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height + BAR}">
    <clipPath id="corners"><rect width="${WIDTH}" height="${height + BAR}" rx="${radius}"/></clipPath>
    <g clip-path="url(#corners)">
      <rect width="${WIDTH}" height="${BAR}" fill="${bar}"/>${buttons}
      <image y="${BAR}" width="${WIDTH}" height="${height}" href="data:image/png;base64,${source.toString('base64')}"/>
    </g>
    <rect x=".5" y=".5" width="${WIDTH - 1}" height="${height + BAR - 1}" rx="${radius}" fill="none" stroke="#b5b5b5"/>
  </svg>`;
  fs.writeFileSync(
    `context/pictures/${name}.png`,
    new Resvg(frame, { fitTo: { mode: 'width', value: SHOWN_WIDTH } }).render().asPng(),
  );
}
