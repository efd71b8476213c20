/**
 * Loaded with Electron's `-r` into the app and into the bare window alike: prints, as lines of JSON, when the server listens, when a window is
 * shown, and when its page has drawn a heading.
 */
const net = require('node:net');
const { app } = require('electron');

/** @param {string} event */
const report = (event) => process.stdout.write(`${JSON.stringify({ startEvent: event, at: Date.now() })}\n`);

const { listen } = net.Server.prototype;
/** @param {...unknown} args @this {net.Server} */
net.Server.prototype.listen = function (...args) {
  this.once('listening', () => {
    const address = this.address();
    if (address !== null && typeof address === 'object') report('listening');
  });
  return Reflect.apply(listen, this, args);
};

const HEADING_DRAWN = `new Promise((resolve) => {
  const look = () => (document.querySelector('h1, h2') ? requestAnimationFrame(() => resolve(true)) : setTimeout(look, 2));
  look();
})`;

app.on('browser-window-created', (_event, window) => {
  window.once('show', () => report('shown'));
  window.webContents.once('dom-ready', () => {
    window.webContents.executeJavaScript(HEADING_DRAWN).then(
      () => report('drawn'),
      () => {},
    );
  });
});
