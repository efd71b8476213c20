import { expect, test } from 'vitest';
import {
  type AppNotification,
  createNotifier,
  type NotificationSettings,
} from '../../../../app/desktop/notifications/notifier';
import type { CliState, Knock, PlanWindow, Problem, ServerState } from '../../../../app/shared/contract';
import { updateState } from '../../../support/rendererDev/services';

const ALL: NotificationSettings = {
  notifyPlanNearlyUsed: true,
  notifyPlanExhausted: true,
  notifyPlanReset: true,
  notifySignedOut: true,
  notifyServerStopped: true,
  notifyUpdate: true,
  notifyRefused: true,
};

test('80 % of a window of the plan is told once until the window is reset', () => {
  const { notifier, titles } = rig();
  for (const used of [0.5, 0.79, 0.81, 0.9, 0.85]) notifier.update({ planWindows: [planWindow(used)] });
  expect(titles()).toEqual(['5-hour limit: 81 % used']);
  notifier.update({ planWindows: [] });
  notifier.update({ planWindows: [planWindow(0.8)] });
  expect(titles()).toHaveLength(2);
});

test('a later version is told once, and not what is done with it', () => {
  const { notifier, titles } = rig();
  const version = '1.0.1';
  for (const phase of ['checking', 'available', 'checking', 'available', 'downloading', 'ready'] as const) {
    notifier.update({ update: updateState({ phase, version }) });
  }
  expect(titles()).toEqual(['Claudacity 1.0.1 is available']);
  notifier.update({ update: updateState({ phase: 'available', version: '1.0.2' }) });
  expect(titles()).toHaveLength(2);
});

test('what was used before the app started is not told', () => {
  const { notifier, titles } = rig();
  notifier.update({ planWindows: [planWindow(0.9)] });
  notifier.update({ planWindows: [planWindow(0.95)] });
  expect(titles()).toEqual([]);
});

test('a plan that is used up is told once, and its reset once; not the 80 % on the way', () => {
  const { notifier, shown } = rig();
  notifier.update({ planWindows: [planWindow(0.7)], cli: { phase: 'ready' } });
  notifier.update({ planWindows: [planWindow(1)] });
  const exhausted = cliWith('limited', 'plan_exhausted');
  notifier.update({ cli: exhausted });
  notifier.update({ cli: { ...exhausted } });
  notifier.update({ cli: { phase: 'checking' } });
  notifier.update({ cli: exhausted });
  notifier.update({ cli: { phase: 'ready' } });
  notifier.update({ cli: { phase: 'ready' } });
  expect(shown.map(({ title, page }) => [title, page])).toEqual([
    ['The plan is used up', 'usage'],
    ['The plan can be used again', 'usage'],
  ]);
});

test('a lost sign-in is told once, however often it is looked for, until it is back', () => {
  const { notifier, titles } = rig();
  const signedOut = cliWith('problem', 'signed_out');
  for (const cli of [signedOut, { phase: 'checking' } as const, signedOut]) notifier.update({ cli });
  expect(titles()).toEqual(['Claude is signed out']);
  notifier.update({ cli: { phase: 'ready' } });
  notifier.update({ cli: cliWith('problem', 'authentication') });
  expect(titles()).toHaveLength(2);
});

test('a server that an error keeps from running is told once for all attempts; one that the user stops is not', () => {
  const { notifier, titles } = rig();
  for (const phase of ['running', 'stopping', 'stopped'] as const) notifier.update({ server: server(phase) });
  expect(titles()).toEqual([]);
  for (const phase of ['error', 'starting', 'error'] as const) notifier.update({ server: server(phase) });
  expect(titles()).toEqual(['The server does not run']);
});

test('a refused peer is told once, without a word of its own, and at most one a minute', () => {
  const { notifier, shown, clock } = rig();
  notifier.update({ knocks: [knock('10.0.0.1')] });
  expect(shown).toEqual([]);
  notifier.update({ knocks: [knock('10.0.0.2'), knock('10.0.0.1')] });
  notifier.update({ knocks: [knock('10.0.0.3'), knock('10.0.0.2')] });
  expect(shown).toEqual([
    { title: 'A request was refused', body: expect.stringContaining('10.0.0.2'), page: 'settings', target: 'refused' },
  ]);
  expect(JSON.stringify(shown)).not.toContain('evil');
  clock.now += 60_000;
  notifier.update({ knocks: [knock('10.0.0.2')] });
  expect(shown).toHaveLength(1);
  notifier.update({ knocks: [knock('10.0.0.4')] });
  expect(shown).toHaveLength(2);
});

test('a refused peer that the user was told of is not told again after a restart; one that was only throttled is', () => {
  const told = new Set<string>();
  const before = rig(ALL, told);
  before.notifier.update({ knocks: [] });
  before.notifier.update({ knocks: [knock('10.0.0.1')] });
  before.notifier.update({ knocks: [knock('10.0.0.2')] });
  before.window.watched = true;
  before.notifier.update({ knocks: [knock('10.0.0.3')] });
  expect(before.shown).toHaveLength(1);

  const { notifier, shown } = rig(ALL, told);
  notifier.update({ knocks: [] });
  notifier.update({ knocks: [knock('10.0.0.1'), knock('10.0.0.3')] });
  expect(shown).toEqual([]);
  notifier.update({ knocks: [knock('10.0.0.2')] });
  expect(shown).toHaveLength(1);
});

test.each(Object.keys(ALL) as (keyof NotificationSettings)[])('nothing is shown where %s is off', (name) => {
  const { shown } = everything({ ...ALL, [name]: false });
  expect(shown).toHaveLength(6);
});

test('nothing is shown while the user looks at the window, and it is not made up for afterwards', () => {
  const { notifier, shown, window } = rig();
  window.watched = true;
  notifier.update({ cli: cliWith('problem', 'signed_out') });
  window.watched = false;
  notifier.update({ cli: cliWith('problem', 'signed_out') });
  expect(shown).toEqual([]);
});

/** Six events, one for each setting. */
function everything(settings: NotificationSettings) {
  const made = rig(settings);
  const { notifier } = made;
  notifier.update({ planWindows: [], knocks: [], cli: { phase: 'ready' }, server: server('running') });
  notifier.update({ planWindows: [planWindow(0.8)] });
  notifier.update({ cli: cliWith('limited', 'plan_exhausted') });
  notifier.update({ cli: { phase: 'ready' } });
  notifier.update({ cli: cliWith('problem', 'signed_out') });
  notifier.update({ server: server('error') });
  notifier.update({ knocks: [knock('10.0.0.1')] });
  notifier.update({ update: updateState({ phase: 'available', version: '1.0.1' }) });
  return made;
}

function rig(settings: NotificationSettings = ALL, toldAddresses = new Set<string>()) {
  const shown: AppNotification[] = [];
  const clock = { now: 0 };
  const window = { watched: false };
  const notifier = createNotifier({
    show: (notification) => shown.push(notification),
    settings: () => settings,
    isWatched: () => window.watched,
    toldAddresses,
    now: () => clock.now,
  });
  return { notifier, shown, clock, window, titles: () => shown.map(({ title }) => title) };
}

function planWindow(used: number): PlanWindow {
  return { name: 'five_hour', title: '5-hour limit', used, resetsAt: 1, reportedAt: 0 };
}

function cliWith(phase: CliState['phase'], code: Problem['code']): CliState {
  return { phase, problem: { code, message: `It is ${code}.`, remedy: '' } };
}

function server(phase: ServerState['phase']): ServerState {
  return { phase, host: '127.0.0.1', port: 1, url: 'http://127.0.0.1:1' };
}

function knock(address: string): Knock {
  return {
    id: address,
    address,
    from: 'network',
    reason: 'origin',
    value: 'https://evil.example',
    client: 'evil',
    count: 1,
    firstAt: 0,
    lastAt: 0,
    remedies: [],
    keyHelps: false,
  };
}
