/** The desktop shell: tray and window around one core. Whatever either shows or does goes through that core. */
import path from 'node:path';
import { app, clipboard, Menu, nativeTheme, shell } from 'electron';
import type { Core } from '../core';
import type { Log } from '../log/log';
import { type AppUpdate, type LoginItemState, UPDATE_CHANNEL } from '../shared/contract';
import { RENDERER_DIR } from './assets';
import type { LoginItem } from './loginItem/loginItem';
import { createTray } from './tray/tray';
import { appMenu } from './window/appMenu';
import { servePage } from './window/appProtocol';
import { externalPageUrl } from './window/externalPages';
import { type CallHandlers, handleCalls } from './window/ipc';
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
  let { server, cli, settings } = core.snapshot();
  let login = await readLoginItem(loginItem, log);
  nativeTheme.themeSource = settings.theme;

  servePage(RENDERER_DIR);
  const window = createAppWindow({ stateFile: path.join(dataDir, 'window.json'), log });
  const openDocs = () => void shell.openExternal(externalPageUrl('docs', server.url));
  Menu.setApplicationMenu(
    Menu.buildFromTemplate(appMenu({ platform: process.platform, development: !app.isPackaged, openDocs })),
  );

  const tray = createTray(
    { server, cli, loginItem: login },
    {
      startServer: () => report(core.startServer()),
      stopServer: () => report(core.stopServer()),
      openWindow: window.open,
      copyAddress: () => clipboard.writeText(server.url),
      setLoginItem: (enabled) => report(setLoginItem(enabled)),
      quit: () => app.quit(),
    },
  );
  const refreshTray = () => tray.show({ server, cli, loginItem: login });
  const report = (work: Promise<unknown>) => {
    work.catch((error: unknown) => log.error('a tray command failed', { error: String(error) }));
  };

  const showLoginItem = (state: LoginItemState) => {
    login = state;
    tray.showAnew({ server, cli, loginItem: login });
    window.send(UPDATE_CHANNEL, { loginItem: login } satisfies AppUpdate);
    return state;
  };
  const setLoginItem = async (enabled: boolean) => {
    try {
      await (enabled ? loginItem.enable() : loginItem.disable());
    } finally {
      showLoginItem(await readLoginItem(loginItem, log));
    }
    return login;
  };

  core.subscribe((update) => {
    window.send(UPDATE_CHANNEL, update);
    if (update.settings) nativeTheme.themeSource = update.settings.theme;
    if (!update.server && !update.cli) return;
    server = update.server ?? server;
    cli = update.cli ?? cli;
    refreshTray();
  });

  const handlers: CallHandlers = {
    'app:snapshot': async () => {
      // The user may have switched the entry off in the system's own settings meanwhile.
      login = await readLoginItem(loginItem, log);
      refreshTray();
      return { ...core.snapshot(), loginItem: login };
    },
    'server:start': () => core.startServer(),
    'server:stop': () => core.stopServer(),
    'cli:check': () => core.checkCli(),
    'cli:sign-in': () => core.signIn(),
    'request:details': (id) => core.requestDetails(id),
    'request:older': (before, limit) => core.olderRequests(before, limit),
    'request:clear': () => {
      core.clearRequests();
      return null;
    },
    'conversation:end': async (id) => {
      await core.endConversation(id);
      return null;
    },
    'conversation:stored': (before, limit) => core.storedConversations(before, limit),
    'conversation:read': (id) => core.readConversation(id),
    'conversation:delete': async (id) => {
      await core.deleteConversation(id);
      return null;
    },
    'conversation:delete-all': async () => {
      await core.deleteConversations();
      return null;
    },
    'settings:change': (change) => core.changeSettings(change),
    'login:set': setLoginItem,
    'clipboard:copy': (text) => {
      clipboard.writeText(text);
      return null;
    },
    'external:open': async (page) => {
      await shell.openExternal(externalPageUrl(page, server.url));
      return null;
    },
  };
  handleCalls(handlers, window.mainFrame, log);

  // The tray keeps the app alive: without this listener Electron would quit with the window.
  app.on('window-all-closed', () => undefined);
  app.on('activate', window.open);
  app.on('before-quit', window.letGo);
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
