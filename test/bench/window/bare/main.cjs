/** The least that an Electron program with a window does: what the app's window is compared with. */
const path = require('node:path');
const { app, BrowserWindow } = require('electron');

app.setPath('userData', process.env.BARE_WINDOW_DATA ?? app.getPath('userData'));
app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1080, height: 720, show: false, webPreferences: { sandbox: true } });
  window.once('ready-to-show', () => window.show());
  void window.loadFile(path.join(__dirname, 'index.html'));
});
