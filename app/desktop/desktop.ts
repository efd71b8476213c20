/** The desktop shell: tray and window around one core. Whatever either shows or does goes through that core. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { app, clipboard, Menu, nativeTheme, shell } from 'electron';
import type { Core } from '../core';
import type { Log } from '../log/log';
import type { ExternalPage, LoginItemState } from '../shared/contract';
import { LICENSES_FILE, RENDERER_DIR } from './assets';
import type { LoginItem } from './loginItem/loginItem';
import { createTray } from './tray/tray';
import { appMenu } from './window/appMenu';
import { servePage } from './window/appProtocol';
import { externalPageUrl } from './window/externalPages';
import { handleCalls, handleSubscriptions } from './window/ipc';
import { createAppWindow } from './window/window';

export interface DesktopOptions {
  core: Core;
  log: Log;
  loginItem: LoginItem;
  dataDir: string;
  /** Start with the tray alone. */
  hidden: boolean;
}

export interface Desktop {
  openWindow(): void;
}

/** Call once the app is ready. */
export async function startDesktop({ core, log, loginItem, dataDir, hidden }: DesktopOptions): Promise<Desktop> {
  let { server, cli, storage } = core.snapshot();
  let login = await readLoginItem(loginItem, log);
  core.topics.provide('loginItem', () => login);

  const showLoginItem = (state: LoginItemState) => {
    login = state;
    core.topics.changed('loginItem');
    // Also where nothing has changed: a click has moved the tick in the tray's menu by itself.
    tray.redraw({ server, cli, storage, loginItem: login });
    return state;
  };
  const changeLoginItem = async (enabled: boolean) => {
    try {
      await (enabled ? loginItem.enable() : loginItem.disable());
    } finally {
      showLoginItem(await readLoginItem(loginItem, log));
    }
    return login;
  };
  let lastChange: Promise<unknown> = Promise.resolve();
  /** One change after the other: two clicks in a row must not overtake each other. */
  const setLoginItem = (enabled: boolean) => {
    const change = lastChange.then(() => changeLoginItem(enabled));
    lastChange = change.catch(() => {});
    return change;
  };

  servePage(RENDERER_DIR);
  const window = createAppWindow({
    stateFile: path.join(dataDir, 'window.json'),
    topics: core.topics,
    log,
    // The user may have switched the login item off in the system's own settings meanwhile.
    onShow: () => void readLoginItem(loginItem, log).then(showLoginItem),
  });
  const openExternalPage = (page: ExternalPage) => shell.openExternal(externalPageUrl(page, server.url));
  const openDocs = () => void openExternalPage('docs');
  Menu.setApplicationMenu(
    Menu.buildFromTemplate(appMenu({ platform: process.platform, development: !app.isPackaged, openDocs })),
  );

  const tray = createTray(
    { server, cli, storage, loginItem: login },
    {
      startServer: () => runFromTray(core.calls['server.start']()),
      stopServer: () => runFromTray(core.calls['server.stop']()),
      openWindow: window.open,
      copyAddress: () => clipboard.writeText(server.url),
      setLoginItem: (enabled) => runFromTray(setLoginItem(enabled)),
      quit: () => app.quit(),
    },
  );
  const runFromTray = (work: Promise<unknown>) => {
    work.catch((error: unknown) => log.error('a tray command failed', { error: String(error) }));
  };
  core.topics.subscribe(['server', 'cli', 'storage', 'settings'], ({ values }) => {
    if (values.settings) nativeTheme.themeSource = values.settings.theme;
    server = values.server ?? server;
    cli = values.cli ?? cli;
    storage = values.storage ?? storage;
    tray.update({ server, cli, storage, loginItem: login });
  });

  handleCalls(
    {
      ...core.calls,
      'loginItem.set': setLoginItem,
      'clipboard.copy': (text) => clipboard.writeText(text),
      'externalPage.open': openExternalPage,
      'app.licenses': () => readFile(LICENSES_FILE, 'utf8'),
    },
    window,
    log,
  );
  handleSubscriptions(window, log);

  // The tray keeps the app alive: without this listener Electron would quit with the window.
  app.on('window-all-closed', () => undefined);
  app.on('activate', window.open);
  app.on('before-quit', window.allowClosing);
  app.on('quit', tray.close);

  if (!hidden) window.open();
  return { openWindow: window.open };
}

async function readLoginItem(loginItem: LoginItem, log: Log): Promise<LoginItemState> {
  const enabled = await loginItem.isEnabled().catch((error: unknown) => {
    log.warn('the login item could not be read', { error: String(error) });
    return false;
  });
  return { supported: loginItem.supported, enabled };
}
