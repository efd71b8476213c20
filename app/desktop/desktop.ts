/** The desktop shell: tray and window around one core. Whatever either shows or does goes through that core. */
import { readFile } from 'node:fs/promises';
import { app, clipboard, Menu, nativeTheme, shell } from 'electron';
import type { Core } from '../core';
import { usageCsv } from '../core/usage/usageCsv';
import type { Log } from '../log/log';
import { type LoginItem, NO_LOGIN_ITEM } from '../service/login/loginItem';
import type { ExternalPage, LoginItemState, PageRequest } from '../shared/contract';
import { localDay } from '../shared/localDay';
import { showsTrayIcons } from '../system/trayHost';
import { APP_ICON, LICENSES_FILE } from './assets';
import { commandInstaller } from './command/commandInstaller';
import { createNotifier } from './notifications/notifier';
import { showNotification } from './notifications/showNotification';
import { openToldAddresses } from './notifications/toldAddresses';
import { saveFile } from './saveFile';
import { type AppTray, createTray } from './tray/tray';
import type { TrayActions } from './tray/trayMenu';
import { followTrayState } from './tray/trayState';
import { appMenu } from './window/appMenu';
import type { CreatedWindow } from './window/browserWindow';
import { closingWithoutTray } from './window/closing';
import { externalPageUrl } from './window/externalPages';
import { handleCalls, handleSubscriptions } from './window/ipc';
import { createLinkOpener } from './window/openLink';
import { saveConversation } from './window/saveConversation';
import { createAppWindow } from './window/window';

export interface DesktopOptions {
  core: Core;
  log: Log;
  loginItem: LoginItem;
  windowStateFile: string;
  /** See notifications/toldAddresses.ts. */
  toldAddressesFile: string;
  /** Undefined where the app starts with the tray alone. */
  firstWindow: CreatedWindow | undefined;
  /** Whether another program is in the place of the running one. */
  isReplaced: () => boolean;
}

export interface Desktop {
  openWindow(): void;
  /** Whether an app that starts again is to show its window. */
  wantsWindow(): boolean;
}

/** Call once the app is ready. The window's page is answered from the moment of the call on; resolves when the tray is there, too. */
export async function startDesktop(options: DesktopOptions): Promise<Desktop> {
  const { core, log, loginItem, windowStateFile, toldAddressesFile, firstWindow, isReplaced } = options;
  let { settings } = core.snapshot();
  // Until the system has answered, which takes a moment on Windows.
  let login: LoginItemState = { supported: loginItem.supported, enabled: false, needsApproval: false };
  let tray: AppTray | undefined;
  const feed = followTrayState(core.topics, () => tray?.update(trayState()));
  const trayState = () => ({ ...feed.state, loginItem: login, trayTitle: settings.trayTitle });
  core.topics.provide('loginItem', () => login);

  // As long as the system has not answered: it must not delay the start.
  let showsTray = true;
  let pageRequest: PageRequest | null = null;
  core.topics.provide('desktop', () => ({ showsTray, pageRequest }));
  const setPageRequest = (request: PageRequest | null) => {
    pageRequest = request;
    core.topics.changed('desktop');
  };
  const openPage = (page: string, target?: string) => {
    setPageRequest({ page, target: target ?? null });
    window.open();
  };
  const lookForTray = async () => {
    showsTray = await showsTrayIcons();
    core.topics.changed('desktop');
    return showsTray;
  };
  void lookForTray();

  const showLoginItem = (state: LoginItemState) => {
    login = state;
    core.topics.changed('loginItem');
    // Also where nothing has changed: a click has moved the tick in the tray's menu by itself.
    tray?.redraw(trayState());
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
  /** The user may have switched the login item off in the system's own settings meanwhile. */
  const lookAtLoginItem = async () => {
    const read = await readLoginItem(loginItem, log);
    if (JSON.stringify(read) === JSON.stringify(login)) return;
    login = read;
    core.topics.changed('loginItem');
    tray?.update(trayState());
  };
  let lastChange: Promise<unknown> = Promise.resolve();
  /** One change after the other: two clicks in a row must not overtake each other. */
  const setLoginItem = (enabled: boolean) => {
    const change = lastChange.then(() => changeLoginItem(enabled));
    lastChange = change.catch(() => {});
    return change;
  };

  let wantsWindow = false;
  /** A replaced program cannot start the process of a window: Chromium ends the app. The new one shows the window as soon as it runs. */
  const canCreate = () => {
    wantsWindow = isReplaced();
    return !wantsWindow;
  };
  const window = createAppWindow({
    firstWindow,
    canCreate,
    stateFile: windowStateFile,
    topics: core.topics,
    log,
    onShow: () => {
      void lookAtLoginItem();
      void lookForTray();
    },
    showsTray: lookForTray,
    closingWithoutTray: (closing) =>
      closingWithoutTray(closing, {
        choice: () => settings.closeWithoutTray,
        remember: (closeWithoutTray) => runFromTray(core.calls['settings.change']({ closeWithoutTray })),
      }),
  });
  const openExternalPage = (page: ExternalPage) => shell.openExternal(externalPageUrl(page, feed.state.server.url));
  const openDocs = () => void openExternalPage('docs');
  Menu.setApplicationMenu(
    Menu.buildFromTemplate(
      appMenu({
        platform: process.platform,
        development: !app.isPackaged,
        openDocs,
        installCommand: commandInstaller(log),
      }),
    ),
  );

  const restartServer = async () => {
    await core.calls['server.stop']();
    await core.calls['server.start']();
  };
  const showAbout = () => {
    app.setAboutPanelOptions({
      applicationName: 'Claudacity',
      applicationVersion: core.topics.read(['app']).app.version,
      copyright: 'Free software under the MIT licence.',
      iconPath: APP_ICON,
    });
    app.showAboutPanel();
  };

  const actions: TrayActions = {
    startServer: () => runFromTray(core.calls['server.start']()),
    stopServer: () => runFromTray(core.calls['server.stop']()),
    restartServer: () => runFromTray(restartServer()),
    openWindow: window.open,
    openPage,
    copyAddress: () => clipboard.writeText(feed.state.server.url),
    setLoginItem: (enabled) => runFromTray(setLoginItem(enabled)),
    showAbout,
    quit: () => app.quit(),
  };
  const runFromTray = (work: Promise<unknown>) => {
    work.catch((error: unknown) => log.error('a tray command failed', { error: String(error) }));
  };
  const notifier = createNotifier({
    show: (notification) =>
      showNotification(notification, () => {
        if (notification.page === null) window.open();
        else openPage(notification.page, notification.target);
      }),
    settings: () => settings,
    isWatched: window.isFocused,
    toldAddresses: openToldAddresses(toldAddressesFile, (message) => log.warn(message)),
  });
  core.topics.subscribe(['server', 'cli', 'planWindows', 'knocks', 'update'], ({ values }) => notifier.update(values));
  // Nobody sees an app in the tray start again. Where a window is open, or that has failed, its owner decides.
  let restartedVersion: string | null = null;
  core.topics.subscribe(['update'], ({ values: { update } }) => {
    if (!update?.installed || update.phase !== 'ready' || window.isVisible() || update.version === restartedVersion)
      return;
    restartedVersion = update.version;
    runFromTray(core.calls['update.install']());
  });
  core.topics.subscribe(['settings'], ({ values }) => {
    settings = values.settings ?? settings;
    nativeTheme.themeSource = settings.theme;
    tray?.update(trayState());
  });

  handleCalls(
    {
      ...core.calls,
      'loginItem.set': setLoginItem,
      'desktop.pageOpened': () => setPageRequest(null),
      'requests.exportHar': (ids) => {
        const name = `claudacity-requests-${localDay(Date.now())}.har`;
        return saveFile({ name, kind: 'HTTP archives', extension: 'har', text: core.requestsHar(ids) });
      },
      'usage.exportCsv': (query) => {
        const report = core.calls['usage.query'](query);
        const name = `claudacity-usage-${localDay(report.startAt)}-by-${query.group}.csv`;
        return saveFile({ name, kind: 'CSV files', extension: 'csv', text: usageCsv(report) });
      },
      'clipboard.copy': (text) => clipboard.writeText(text),
      'externalPage.open': openExternalPage,
      'link.open': createLinkOpener(),
      'conversations.export': async (id, format) =>
        saveConversation(await core.calls['conversations.exportText'](id, format)),
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

  await mendLoginItem(loginItem, log);
  login = await readLoginItem(loginItem, log);
  core.topics.changed('loginItem');
  tray = createTray(trayState(), actions, () => void lookAtLoginItem());
  app.on('quit', tray.close);
  const unwatch = loginItem.watch?.(() => void lookAtLoginItem());
  if (unwatch) app.on('will-quit', unwatch);
  return { openWindow: window.open, wantsWindow: () => wantsWindow || window.isVisible() };
}

async function readLoginItem(loginItem: LoginItem, log: Log): Promise<LoginItemState> {
  const { enabled, needsApproval } = await loginItem.read().catch((error: unknown) => {
    log.warn('the login item could not be read', { error: String(error) });
    return NO_LOGIN_ITEM;
  });
  return { supported: loginItem.supported, enabled, needsApproval };
}

async function mendLoginItem(loginItem: LoginItem, log: Log): Promise<void> {
  try {
    if (await loginItem.mend()) log.info('the login item named a program that is gone, and names this one now');
  } catch (error) {
    log.warn('the login item could not be mended', { error: String(error) });
  }
}
