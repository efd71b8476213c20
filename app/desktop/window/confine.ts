/** Confines every page of the app, whatever shows it: no permissions, no devices, no address outside of `app://`, no second window. */
import { app, type Event, session, type WebContents } from 'electron';

/** Call once the app is ready, before the first window. The policy of the page forbids most of this, too. */
export function confinePages(): void {
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  defaultSession.setPermissionCheckHandler(() => false);
  defaultSession.setDevicePermissionHandler(() => false);
  defaultSession.webRequest.onBeforeRequest({ urls: FOREIGN_ADDRESSES }, (_details, answer) =>
    answer({ cancel: true }),
  );
  app.on('web-contents-created', (_event, contents) => confine(contents));
}

const FOREIGN_ADDRESSES = ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'ftp://*/*', 'file://*/*'];

function confine(contents: WebContents): void {
  const refuse = (event: Event) => event.preventDefault();
  contents.on('will-navigate', refuse);
  contents.on('will-redirect', refuse);
  contents.on('will-attach-webview', refuse);
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}
