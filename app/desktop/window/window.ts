/**
 * The app's only window. It shows our own page and nothing else: no other address, no second window, no permissions, and no Node in the page.
 * Closing the window hides it: the app stays in the tray.
 */
import {
  app,
  BrowserWindow,
  type Event,
  Notification,
  nativeTheme,
  screen,
  session,
  type WebContents,
  type WebFrameMain,
} from 'electron';
import type { Topics } from '../../core/topics';
import type { Log } from '../../log/log';
import { APP_ICON, PRELOAD_FILE } from '../assets';
import { PAGE_URL } from './appProtocol';
import type { Closing } from './closing';
import { type PageSubscriptions, pageSubscriptions } from './pageSubscriptions';
import { readWindowState, visibleBounds, type WindowState, writeWindowState } from './windowState';

export interface AppWindow {
  /** Brings the window to the front; creates it where there is none. */
  open(): void;
  /** Of the window's page; undefined while there is no window. */
  mainFrame(): WebFrameMain | undefined;
  /** Whether it is the window that the user works in. */
  isFocused(): boolean;
  subscriptions(): PageSubscriptions | undefined;
  /** From here on, closing the window closes it instead of hiding it: the app quits. */
  allowClosing(): void;
}

export interface AppWindowOptions {
  /** Where the window's place on the screen is stored. */
  stateFile: string;
  /** What the window's page can subscribe to. */
  topics: Topics;
  log: Log;
  /** Called whenever the window becomes visible. */
  onShow: () => void;
  /** Whether the desktop shows tray icons at this moment. */
  showsTray: () => Promise<boolean>;
  /** What closing the window does where it does not. */
  closingWithoutTray: (window: BrowserWindow) => Promise<Closing>;
}

export function createAppWindow({
  stateFile,
  topics,
  log,
  onShow,
  showsTray,
  closingWithoutTray,
}: AppWindowOptions): AppWindow {
  confineSession();
  // Not only the window's own: whatever else could show a page is confined as well.
  app.on('web-contents-created', (_event, contents) => confine(contents));
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

  const create = () => {
    const state = readWindowState(stateFile);
    const created = new BrowserWindow({
      ...DEFAULT_SIZE,
      ...visibleBounds(
        state.bounds,
        screen.getAllDisplays().map((display) => display.workArea),
      ),
      minWidth: 720,
      minHeight: 480,
      title: 'Claudacity',
      // Windows and macOS take the icon from the program file.
      ...(process.platform === 'linux' ? { icon: APP_ICON } : {}),
      // The page's background: otherwise the window flashes in the other theme before the first paint.
      backgroundColor: nativeTheme.shouldUseDarkColors ? DARK : LIGHT,
      autoHideMenuBar: true,
      show: false,
      webPreferences: {
        preload: PRELOAD_FILE,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        navigateOnDragDrop: false,
        spellcheck: false,
      },
    });
    const page = pageSubscriptions(topics, created.webContents);
    subscriptions = page;
    if (state.maximized) created.maximize();
    created.once('ready-to-show', () => created.show());
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
    created.loadURL(PAGE_URL).catch((error: unknown) => {
      log.error('the window could not load its page', { error: String(error) });
    });
    return created;
  };

  return {
    open() {
      if (!window) {
        window = create();
        return;
      }
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
    mainFrame: () => window?.webContents.mainFrame,
    isFocused: () => window?.isFocused() ?? false,
    subscriptions: () => subscriptions,
    allowClosing() {
      hidesOnClose = false;
    },
  };
}

const DEFAULT_SIZE = { width: 1080, height: 720 };
/** `--ground` of renderer/ui/theme.css. */
const LIGHT = '#fdfdfe';
const DARK = '#15151b';

/** Denies every permission and device, and every address outside of `app://`: the policy of the page forbids them, too. */
function confineSession(): void {
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  defaultSession.setPermissionCheckHandler(() => false);
  defaultSession.setDevicePermissionHandler(() => false);
  defaultSession.webRequest.onBeforeRequest({ urls: FOREIGN_ADDRESSES }, (_details, answer) =>
    answer({ cancel: true }),
  );
}

const FOREIGN_ADDRESSES = ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'ftp://*/*', 'file://*/*'];

function confine(contents: WebContents): void {
  const refuse = (event: Event) => event.preventDefault();
  contents.on('will-navigate', refuse);
  contents.on('will-redirect', refuse);
  contents.on('will-attach-webview', refuse);
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

function explainClosing(): void {
  if (!Notification.isSupported()) return;
  new Notification({
    title: 'Claudacity is still running',
    body: 'It answers requests in the background. To end it, choose Quit in the tray.',
    silent: true,
  }).show();
}
