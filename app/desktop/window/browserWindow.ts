/**
 * Makes the window itself, without anything of the app behind it: it is made before the rest of the app is loaded, so that its page's process starts
 * meanwhile.
 */
import { BrowserWindow, nativeTheme, screen } from 'electron';
import { APP_ICON, PRELOAD_FILE } from '../assets';
import { PAGE_URL } from './appProtocol';
import { readWindowState, visibleBounds, type WindowState } from './windowState';

export interface CreatedWindow {
  readonly window: BrowserWindow;
  /** What was stored about it; the owner changes and stores it. */
  readonly state: WindowState;
  /** Resolves once its page's process has the document. What takes long may begin then: until then the page would wait for it. */
  readonly navigated: Promise<void>;
  /** Resolves with the reason where its page could not be loaded; with null once it is. */
  readonly loaded: Promise<string | null>;
}

/**
 * Shows itself once its page has drawn something.
 * @param stateFile where the window's place on the screen is stored.
 * @param showAfter it is not shown before this has resolved.
 */
export function createBrowserWindow(stateFile: string, showAfter = Promise.resolve()): CreatedWindow {
  const state = readWindowState(stateFile);
  const window = new BrowserWindow({
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
    backgroundColor: windowBackground(),
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
  if (state.maximized) window.maximize();
  window.once('ready-to-show', () => {
    void showAfter.then(() => {
      if (!window.isDestroyed()) window.show();
    });
  });
  const navigated = new Promise<void>((resolve) => window.webContents.once('did-navigate', () => resolve()));
  const loaded = window.loadURL(PAGE_URL).then(
    () => null,
    (error: unknown) => String(error),
  );
  return { window, state, navigated, loaded };
}

/** The page's background: otherwise the window flashes in the other theme before the first paint. */
export function windowBackground(): string {
  return nativeTheme.shouldUseDarkColors ? DARK : LIGHT;
}

const DEFAULT_SIZE = { width: 1080, height: 720 };
/** `--ground` of renderer/ui/theme.css. */
const LIGHT = '#fdfdfe';
const DARK = '#15151b';
