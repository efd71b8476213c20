/**
 * The app's only window. It shows our own page and nothing else: no other address, no second window, no permissions, and no Node in the page.
 * Closing the window hides it: the app stays in the tray.
 */
import { app, type BrowserWindow, Notification, nativeTheme, type WebFrameMain } from 'electron';
import type { Topics } from '../../core/topics';
import type { Log } from '../../log/log';
import { type CreatedWindow, createBrowserWindow, windowBackground } from './browserWindow';
import type { Closing } from './closing';
import { type PageSubscriptions, pageSubscriptions } from './pageSubscriptions';
import { type WindowState, writeWindowState } from './windowState';

export interface AppWindow {
  /** Brings the window to the front; creates it where there is none. */
  open(): void;
  /** Of the window's page; undefined while there is no window. */
  mainFrame(): WebFrameMain | undefined;
  /** Whether it is the window that the user works in. */
  isFocused(): boolean;
  isVisible(): boolean;
  subscriptions(): PageSubscriptions | undefined;
  /** From here on, closing the window closes it instead of hiding it: the app quits. */
  allowClosing(): void;
}

export interface AppWindowOptions {
  /** The window that was made before the app was loaded; undefined where the app starts hidden. */
  firstWindow: CreatedWindow | undefined;
  /** Where the window's place on the screen is stored. */
  stateFile: string;
  /** What the window's page can subscribe to. */
  topics: Topics;
  log: Log;
  /** Whether a window can be created at this moment. */
  canCreate: () => boolean;
  /** Called whenever the window becomes visible. */
  onShow: () => void;
  /** Whether the desktop shows tray icons at this moment. */
  showsTray: () => Promise<boolean>;
  /** What closing the window does where it does not. */
  closingWithoutTray: (window: BrowserWindow) => Promise<Closing>;
}

export function createAppWindow({
  firstWindow,
  stateFile,
  topics,
  log,
  canCreate,
  onShow,
  showsTray,
  closingWithoutTray,
}: AppWindowOptions): AppWindow {
  let window: BrowserWindow | undefined;
  let subscriptions: PageSubscriptions | undefined;
  let hidesOnClose = true;

  const saveState = (state: WindowState) => {
    try {
      writeWindowState(stateFile, state);
    } catch (error) {
      log.warn("the window's place could not be stored", { error: String(error) });
    }
  };

  let asksToClose = false;
  const closeOrHide = async (closing: BrowserWindow, state: WindowState) => {
    // The dialog of an earlier click on the button is still open.
    if (asksToClose) return;
    if (await showsTray()) {
      closing.hide();
      if (!state.closeExplained) explainClosing();
      state.closeExplained = true;
      saveState({ ...state, bounds: closing.getNormalBounds(), maximized: closing.isMaximized() });
      return;
    }
    asksToClose = true;
    try {
      const choice = await closingWithoutTray(closing);
      if (choice === 'hide') closing.hide();
      if (choice === 'quit') app.quit();
    } finally {
      asksToClose = false;
    }
  };

  const adopt = ({ window: created, state, loaded }: CreatedWindow) => {
    const page = pageSubscriptions(topics, created.webContents);
    subscriptions = page;
    created.on('close', (event) => {
      saveState({ ...state, bounds: created.getNormalBounds(), maximized: created.isMaximized() });
      if (!hidesOnClose) return;
      event.preventDefault();
      closeOrHide(created, state).catch((error: unknown) => {
        log.error('the window could not be closed', { error: String(error) });
      });
    });
    created.on('hide', () => page.setVisible(false));
    created.on('minimize', () => page.setVisible(false));
    created.on('restore', () => page.setVisible(true));
    created.on('show', () => {
      page.setVisible(true);
      onShow();
    });
    created.on('closed', () => {
      window = undefined;
      subscriptions = undefined;
    });
    created.webContents.on('render-process-gone', (_event, { reason }) => {
      log.error('the window has crashed', { reason });
      created.destroy();
    });
    void loaded.then((error) => {
      if (error !== null) log.error('the window could not load its page', { error });
    });
    return created;
  };

  // The first window is made before the settings are read, which may name another theme than the system's.
  nativeTheme.on('updated', () => window?.setBackgroundColor(windowBackground()));
  if (firstWindow && !firstWindow.window.isDestroyed()) {
    window = adopt(firstWindow);
    if (window.isVisible()) onShow();
  }
  return {
    open() {
      if (!window) {
        if (!canCreate()) return;
        window = adopt(createBrowserWindow(stateFile));
        return;
      }
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
    mainFrame: () => window?.webContents.mainFrame,
    isFocused: () => window?.isFocused() ?? false,
    isVisible: () => window?.isVisible() ?? false,
    subscriptions: () => subscriptions,
    allowClosing() {
      hidesOnClose = false;
    },
  };
}

function explainClosing(): void {
  if (!Notification.isSupported()) return;
  new Notification({
    title: 'Claudacity is still running',
    body: 'It answers requests in the background. To end it, choose Quit in the tray.',
    silent: true,
  }).show();
}
