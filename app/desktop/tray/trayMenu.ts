/** The tray's menu, rebuilt from the state after every change: Linux desktops do not notice changes to a single item. */
import type { MenuItemConstructorOptions } from 'electron';
import type {
  CliState,
  DayUsage,
  LoginItemState,
  PlanWindow,
  RequestRow,
  ServerState,
  StorageState,
  UpdateState,
} from '../../shared/contract';
import { formatClock, formatCompact, formatUsd } from '../../shared/format';
import { allTokens } from '../../shared/usage';
import { trayStatus } from './trayStatus';

export interface TrayState {
  server: ServerState;
  cli: CliState;
  storage: StorageState;
  planWindows: readonly PlanWindow[];
  usage: Pick<DayUsage, 'usage'>;
  /** How many conversations are answered now. */
  answering: number;
  /** The newest ones that ask a model, the newest first. */
  requests: readonly RequestRow[];
  loginItem: LoginItemState;
  update: UpdateState;
}

export interface TrayActions {
  startServer(): void;
  stopServer(): void;
  restartServer(): void;
  openWindow(): void;
  /** Opens the window at a page, and there at what the target names. */
  openPage(page: string, target?: string): void;
  copyAddress(): void;
  setLoginItem(enabled: boolean): void;
  showAbout(): void;
  quit(): void;
}

export function trayMenu(state: TrayState, actions: TrayActions): MenuItemConstructorOptions[] {
  const { server, requests, loginItem, update } = state;
  const running = server.phase === 'running' || server.phase === 'stopping';
  return [
    ...statusLines(state).map((line) => ({ label: literal(line), enabled: false })),
    { type: 'separator' },
    ...requests.map((request) => ({
      label: literal(requestText(request)),
      click: () => actions.openPage('requests', request.id),
    })),
    { type: 'separator', visible: requests.length > 0 },
    running
      ? { label: 'Stop server', enabled: server.phase === 'running', click: actions.stopServer }
      : { label: 'Start server', enabled: server.phase !== 'starting', click: actions.startServer },
    { label: 'Restart server', enabled: server.phase === 'running', click: actions.restartServer },
    { type: 'separator' },
    { label: 'Open window', click: actions.openWindow },
    { label: 'Copy address', click: actions.copyAddress },
    { type: 'separator' },
    {
      label: 'Launch at login',
      type: 'checkbox',
      visible: loginItem.supported,
      checked: loginItem.enabled,
      // Electron has moved the tick by itself. A second click may come before the first has changed the state.
      click: ({ checked }) => actions.setLoginItem(checked),
    },
    {
      label: literal(`${updateVerb(update)} ${update.version ?? ''}…`),
      visible: update.version !== null,
      click: () => actions.openPage('settings', 'checkForUpdates'),
    },
    { label: 'Settings…', click: () => actions.openPage('settings') },
    { label: 'About Claudacity', click: actions.showAbout },
    { type: 'separator' },
    { label: 'Quit Claudacity', click: actions.quit },
  ];
}

/** What the version that follows is to be done with. */
function updateVerb({ phase, installed }: UpdateState): string {
  if (installed) return 'Restart with';
  return phase === 'ready' ? 'Install' : 'Update to';
}

function statusLines({ server, cli, storage, planWindows, usage, answering }: TrayState): string[] {
  const { text } = trayStatus(server, cli, storage);
  const isAddressShown = text.endsWith(server.url);
  return [
    text,
    // What is wrong takes the first line, but clients still need the address.
    ...(server.phase === 'running' && !isAddressShown ? [`Running on ${server.url}`] : []),
    ...(cli.payer ? [`Paid by ${cli.payer.description}`] : []),
    ...(answering > 0 ? [`${answering} answering now`] : []),
    `Today ${formatCompact(allTokens(usage.usage))} tokens · ${formatUsd(usage.usage.costUsd)}`,
    ...planWindows.flatMap(windowText),
  ];
}

/** `5-hour limit: 63 % used, resets 16:33` */
function windowText({ name, title, used, resetsAt }: PlanWindow): string[] {
  if (used === null) return [];
  // That of a week is days away, where a time of day alone would mislead.
  const reset = resetsAt === null || name !== 'five_hour' ? '' : `, resets ${formatClock(resetsAt)}`;
  return [`${title}: ${Math.round(used * 100)} % used${reset}`];
}

/** `16:33 Open WebUI · sonnet · 152 tokens`. Never what was said: a menu may be seen by others. */
function requestText({ at, client, model, phase, usage }: RequestRow): string {
  const output = usage?.output;
  const outcomes: Record<RequestRow['phase'], string> = {
    waiting: 'waiting',
    streaming: 'answering',
    done: output === undefined || output === null ? 'done' : `${formatCompact(output)} tokens`,
    failed: 'failed',
    cancelled: 'client hung up',
    stopped: 'stopped',
  };
  return `${formatClock(at)} ${[client, shortened(model), outcomes[phase]].join(' · ')}`;
}

/** A client may send anything as the name of a model. */
function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** In a menu, a single & underlines the letter after it. */
function literal(text: string): string {
  return text.replaceAll('&', '&&');
}
