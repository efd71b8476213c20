import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, test, vi } from 'vitest';
import { type TrayActions, type TrayState, trayMenu } from '../../../../app/desktop/tray/trayMenu';
import { trayStatus } from '../../../../app/desktop/tray/trayStatus';
import type { Problem, ServerPhase, ServerState, UpdatePhase } from '../../../../app/shared/contract';
import { NO_USAGE } from '../../../../app/shared/usage';
import { requestRow } from '../../../support/rendererDev/requestRow';
import { updateState } from '../../../support/rendererDev/services';

describe('trayMenu', () => {
  test("shows the server's address in its first line, which is disabled", () => {
    expect(menu({ server: server('running') })[0]).toEqual({
      label: 'Running on http://127.0.0.1:22434',
      enabled: false,
    });
  });

  test.each([
    ['running', 'Stop server', true],
    ['stopping', 'Stop server', false],
    ['stopped', 'Start server', true],
    ['starting', 'Start server', false],
    ['error', 'Start server', true],
  ] as const)('while %s offers "%s", enabled: %s', (phase, label, enabled) => {
    expect(item(menu({ server: server(phase) }), label).enabled).toBe(enabled);
  });

  test('offers starting or stopping, never both', () => {
    const labels = menu({ server: server('running') }).map(({ label }) => label);
    expect(labels).not.toContain('Start server');
  });

  test("shows the server's problem", () => {
    const problem = { code: 'port_taken', message: 'Port 22434 is taken by ollama.', remedy: 'Stop it.' } as const;
    expect(menu({ server: { ...server('error'), problem } })[0]?.label).toBe('Port 22434 is taken by ollama.');
  });

  test("shows the CLI's problem, and below it the address of the running server", () => {
    const labels = menu({ cli: { phase: 'problem', problem: signedOut } }).map(({ label }) => label);
    expect(labels.slice(0, 2)).toEqual(['Nobody is signed in.', 'Running on http://127.0.0.1:22434']);
  });

  test('shows an ampersand in a message as such, not as an access key', () => {
    const problem = { ...signedOut, message: 'Salt & pepper' };
    expect(menu({ cli: { phase: 'problem', problem } })[0]?.label).toBe('Salt && pepper');
  });

  test('ticks "Launch at login" when it is enabled', () => {
    expect(item(menu({ loginItem: { supported: true, enabled: true } }), 'Launch at login').checked).toBe(true);
  });

  test('hides "Launch at login" where the system does not allow it', () => {
    expect(item(menu({ loginItem: { supported: false, enabled: false } }), 'Launch at login').visible).toBe(false);
  });

  test.each([
    [true, false],
    [false, true],
  ])('clicking "Launch at login" while it is %s requests %s', (enabled, requested) => {
    const actions = spies();
    click(item(menu({ loginItem: { supported: true, enabled } }, actions), 'Launch at login'));
    expect(actions.setLoginItem).toHaveBeenCalledExactlyOnceWith(requested);
  });
});

describe('trayStatus', () => {
  test.each([
    ['running', 'ok'],
    ['starting', 'stopped'],
    ['stopping', 'stopped'],
    ['stopped', 'stopped'],
    ['error', 'attention'],
  ] as const)('while %s shows the icon "%s"', (phase, icon) => {
    const problem: Problem = { code: 'port_taken', message: 'Taken.', remedy: '' };
    const state = phase === 'error' ? { ...server(phase), problem } : server(phase);
    expect(trayStatus(state, { phase: 'ready' }, { quarantined: [] }).icon).toBe(icon);
  });

  test('shows a limit of one model as text alone, since other models still answer', () => {
    const problem = { code: 'plan_exhausted', message: 'Opus is used up.', remedy: '', impact: 'some' } as const;
    expect(trayStatus(server('running'), { phase: 'limited', problem }, { quarantined: [] })).toEqual({
      icon: 'ok',
      text: 'Opus is used up.',
    });
  });

  test('shows that it needs the user while the server runs but the CLI cannot answer', () => {
    expect(trayStatus(server('running'), { phase: 'problem', problem: signedOut }, { quarantined: [] }).icon).toBe(
      'attention',
    );
  });
});

describe('the numbers of the menu', () => {
  const labels = (state: Partial<TrayState>) => menu(state).map(({ label }) => label);

  test('are how many are answered now, the tokens and the cost of today, and what is used of the plan', () => {
    const reset = new Date(2026, 10, 26, 16, 33).getTime();
    const shown = labels({
      answering: 2,
      usage: { usage: { ...NO_USAGE, cacheRead: 150_000, output: 2_000, costUsd: 0.09 } },
      planWindows: [
        { name: 'five_hour', title: '5-hour limit', used: 0.63, resetsAt: reset, reportedAt: 0 },
        { name: 'seven_day', title: 'Weekly limit', used: 0.41, resetsAt: reset, reportedAt: 0 },
        { name: 'seven_day_opus', title: 'Weekly limit for Opus', used: null, resetsAt: null, reportedAt: 0 },
      ],
    });
    expect(shown.slice(1, 5)).toEqual([
      '2 answering now',
      'Today 152k tokens · $0.09',
      '5-hour limit: 63 % used, resets 16:33',
      'Weekly limit: 41 % used',
    ]);
    expect(labels({})).not.toContain('0 answering now');
  });

  test('do not turn the icon to "working" where nothing can be answered', () => {
    const storage = { quarantined: [] };
    expect(trayStatus(server('running'), { phase: 'ready' }, storage, 1).icon).toBe('working');
    expect(trayStatus(server('running'), { phase: 'problem', problem: signedOut }, storage, 1).icon).toBe('attention');
  });
});

test('a click on one of the last requests opens it in the window', () => {
  const actions = spies();
  const request = requestRow({ id: 'r1', client: 'curl', model: 'sonnet', phase: 'failed' });
  const shown = menu({ requests: [request] }, actions).find(({ label }) => label?.endsWith('curl · sonnet · failed'));
  click(shown ?? {});
  expect(actions.openPage).toHaveBeenCalledExactlyOnceWith('requests', 'r1');
});

test('a later version has an entry, which opens its settings', () => {
  const actions = spies();
  const entry = (phase: UpdatePhase, installed = false) =>
    menu({ update: updateState({ phase, version: '1.0.1', installed }) }, actions).find(({ label }) =>
      label?.includes('1.0.1'),
    );
  expect(entry('ready')?.label).toBe('Install 1.0.1…');
  expect(entry('ready', true)?.label).toBe('Restart with 1.0.1…');
  const available = entry('available');
  expect(available).toMatchObject({ label: 'Update to 1.0.1…', visible: true });
  click(available ?? {});
  expect(actions.openPage).toHaveBeenCalledExactlyOnceWith('settings', 'checkForUpdates');
  expect(menu({}).find(({ label }) => label?.startsWith('Update'))?.visible).toBe(false);
});

test('the menu says who pays', () => {
  const payer = { label: 'Claude Max', description: 'Claude Max, ana & co@example.org', billing: 'plan' } as const;
  expect(menu({ cli: { phase: 'ready', payer } }).map(({ label }) => label)).toContain(
    'Paid by Claude Max, ana && co@example.org',
  );
  expect(menu({}).some(({ label }) => label?.startsWith('Paid by'))).toBe(false);
});

const signedOut: Problem = { code: 'signed_out', message: 'Nobody is signed in.', remedy: 'Run `claude auth login`.' };

function server(phase: ServerPhase): ServerState {
  return { phase, host: '0.0.0.0', port: 22434, url: 'http://127.0.0.1:22434' };
}

function menu(state: Partial<TrayState>, actions: TrayActions = spies()): MenuItemConstructorOptions[] {
  const loginItem = { supported: true, enabled: false };
  return trayMenu(
    {
      server: server('running'),
      cli: { phase: 'ready' },
      storage: { quarantined: [] },
      planWindows: [],
      usage: { usage: NO_USAGE },
      answering: 0,
      requests: [],
      loginItem,
      update: updateState(),
      ...state,
    },
    actions,
  );
}

function spies() {
  return {
    startServer: vi.fn(),
    stopServer: vi.fn(),
    restartServer: vi.fn(),
    openWindow: vi.fn(),
    openPage: vi.fn(),
    showAbout: vi.fn(),
    copyAddress: vi.fn(),
    setLoginItem: vi.fn(),
    quit: vi.fn(),
  };
}

function item(items: MenuItemConstructorOptions[], label: string): MenuItemConstructorOptions {
  const found = items.find((candidate) => candidate.label === label);
  if (!found) throw new Error(`no item ${label}`);
  return found;
}

/** Our items look at none of the arguments that Electron calls them with. */
/** Electron moves the tick before it calls the handler. */
function click({ click: handler, checked }: MenuItemConstructorOptions): void {
  Reflect.apply(handler ?? (() => undefined), undefined, [{ checked: !checked }]);
}
