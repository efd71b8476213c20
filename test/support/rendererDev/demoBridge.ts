/**
 * A `window.claudacity` that plays a day of use, for working on the window's pages without the app. `window.claudacityDemo`, set before
 * this runs, says which day.
 */
import type {
  AppSettings,
  Bridge,
  CallArguments,
  CallHandlers,
  CallName,
  CallResult,
  Problem,
  RequestRow,
  StoredConversation,
  Theme,
  TopicUpdate,
  TopicValues,
  UpdateState,
} from '../../../app/shared/contract';
import { shownSettings } from '../../../app/shared/settings';
import { checkSettingText } from '../../../app/shared/settingText';
import { addUsage, knownUsage, unfinishedUsage } from '../../../app/shared/usage';
import { appSettings } from './appSettings';
import { cliAccount, demoAccounts } from './demoAccounts';
import { connectHandlers } from './demoConnect';
import { conversationHandlers } from './demoConversationCalls';
import { activeConversations, storedConversations } from './demoConversations';
import { askHandlers, demoHomeReport } from './demoHome';
import { demoKeys, keyHandlers } from './demoKeys';
import { demoKnocks } from './demoKnocks';
import { between } from './demoRandom';
import { demoReport } from './demoReport';
import { requestHandlers } from './demoRequestCalls';
import { begun, finished, usage } from './demoRequests';
import { busyDay, emptyDay } from './demoUsage';
import { demoPlanHistory, demoUsageReport } from './demoUsageReports';

export interface Demo {
  day: 'busy' | 'calm' | 'empty' | 'stopped' | 'signed_out' | 'port_taken' | 'cli_missing';
  theme: Theme;
  /** Requests that are in the log at first. */
  rows?: number;
  /** Stored conversations that exist at first. */
  stored?: number;
  /** Conversations are listed without their texts. */
  noTexts?: boolean;
  /** Nothing changes by itself. */
  still?: boolean;
  /** What is known of a later version. */
  update?: Partial<UpdateState>;
}

declare global {
  var claudacityDemo: Demo | undefined;
}

const demo: Demo = globalThis.claudacityDemo ?? { day: 'busy', theme: 'system' };
const PROBLEMS: Partial<Record<Demo['day'], Problem>> = {
  signed_out: {
    code: 'signed_out',
    message: 'The claude CLI is not signed in.',
    remedy: 'Sign in here, or run `claude auth login` in a terminal.',
  },
  port_taken: {
    code: 'port_taken',
    message: 'Port 22434 is taken by ollama.',
    remedy: 'Use another port for this run, end that program, or choose another port in the settings.',
  },
  cli_missing: {
    code: 'cli_missing',
    message: 'The claude CLI was not found.',
    remedy: 'Install it with `npm install -g @anthropic-ai/claude-code`, then check again.',
  },
};

const DEMO_PAYER = { label: 'Claude Max', description: 'Claude Max, ana@example.org', billing: 'plan' } as const;

function demoPlanWindows(): TopicValues['planWindows'] {
  const reportedAt = Date.now();
  return [
    { name: 'five_hour', title: '5-hour limit', used: 0.34, resetsAt: reportedAt + 2 * 3_600_000, reportedAt },
    { name: 'seven_day', title: 'Weekly limit', used: 0.71, resetsAt: reportedAt + 80 * 3_600_000, reportedAt },
  ];
}

const rows = new Map<string, RequestRow>();
const listeners = new Set<(update: TopicUpdate) => void>();

const busy = demo.day === 'busy' || demo.day === 'calm' || demo.day === 'signed_out';
const snapshot: TopicValues = {
  app: {
    version: '0.1.0',
    platform: 'linux',
    dialects: [
      { name: 'ollama', title: 'Ollama' },
      { name: 'openai', title: 'OpenAI' },
      { name: 'anthropic', title: 'Anthropic' },
    ],
  },
  server: {
    phase: demo.day === 'stopped' ? 'stopped' : demo.day === 'port_taken' ? 'error' : 'running',
    host: '0.0.0.0',
    port: 22434,
    url: 'http://127.0.0.1:22434',
    ...(demo.day === 'port_taken' && PROBLEMS.port_taken && { problem: PROBLEMS.port_taken }),
  },
  cli: {
    phase: demo.day === 'signed_out' || demo.day === 'cli_missing' ? 'problem' : 'ready',
    ...(demo.day !== 'cli_missing' && { path: '/usr/local/bin/claude', version: '2.1.330' }),
    ...(demo.day !== 'cli_missing' &&
      demo.day !== 'signed_out' && { authMethod: 'claude.ai', account: 'personal account', payer: DEMO_PAYER }),
    ...((demo.day === 'signed_out' || demo.day === 'cli_missing') && { problem: PROBLEMS[demo.day] as Problem }),
  },
  accounts: { accounts: busy ? demoAccounts(Date.now()) : [cliAccount()], problem: null },
  planWindows: busy ? demoPlanWindows() : [],
  requests: [],
  conversations: busy ? activeConversations(!demo.noTexts) : [],
  spares: demo.day === 'cli_missing' ? 0 : 2,
  usage: busy ? busyDay() : emptyDay(),
  storage: { quarantined: [] },
  asks: { turns: [] },
  trials: { turns: [] },
  update: {
    ...{
      phase: busy ? 'idle' : 'off',
      version: null,
      installed: false,
      progress: null,
      checkedAt: Date.now(),
      answering: 0,
    },
    message: busy ? null : 'Claudacity runs from its source: update that, then start it again.',
    ...demo.update,
  },
  keys: { keys: busy ? demoKeys(Date.now()) : [], problem: null },
  settings: appSettings({ theme: demo.theme, keepTexts: !demo.noTexts }),
  knocks: busy ? demoKnocks(Date.now()) : [],
  pinned: busy ? { port: 'PORT' } : {},
  runSettings: { changed: [], added: busy ? { origins: ['https://chat.example.org'] } : {} },
  loginItem: { supported: true, enabled: false },
  desktop: { showsTray: demo.day !== 'stopped', pageRequest: null },
};
let stored: StoredConversation[] = busy
  ? storedConversations(snapshot.conversations, demo.stored ?? 340, !demo.noTexts)
  : [];
if (busy) fill(demo.rows ?? 240);

const bridge: Bridge = {
  async call<N extends CallName>(name: N, ...args: CallArguments<N>): Promise<CallResult<N>> {
    const handler: CallHandlers[N] | undefined = handlers[name];
    if (!handler) throw new Error(`The demo does not answer ${name}.`);
    return handler(...args);
  },
  subscribe(_topics, listener) {
    listeners.add(listener);
    const values: TopicValues = { ...snapshot, requests: [...rows.values()].reverse().slice(0, 200_000) };
    setTimeout(() => listener({ snapshot: true, values }));
    return () => listeners.delete(listener);
  },
};
Object.defineProperty(window, 'claudacity', { value: bridge });
if (busy && !demo.still) live();

const handlers: Partial<CallHandlers> = {
  'server.start': async () => {
    change({ server: { ...snapshot.server, phase: 'starting' } });
    await later(700);
    const { problem: _mended, ...server } = snapshot.server;
    change({ server: { ...server, phase: 'running' } });
    return snapshot.server;
  },
  'server.startOnFreePort': () => {
    const { problem: _mended, ...server } = snapshot.server;
    change({ server: { ...server, phase: 'running', port: 41_234, url: 'http://127.0.0.1:41234' } });
    return snapshot.server;
  },
  'server.stop': () => {
    change({ server: { ...snapshot.server, phase: 'stopped' } });
    return snapshot.server;
  },
  'cli.check': async () => {
    await later(600);
    return snapshot.cli;
  },
  'cli.signIn': async () => {
    const { cli } = snapshot;
    const url = `https://claude.ai/oauth/authorize?code=true&client_id=demo&state=${'x'.repeat(200)}`;
    change({ cli: { ...cli, signIn: { url, startedAt: Date.now() } } });
    while (snapshot.cli.signIn) await later(100);
    return snapshot.cli;
  },
  'cli.cancelSignIn': () => {
    const { signIn: _ended, ...cli } = snapshot.cli;
    change({ cli });
    return cli;
  },
  ...requestHandlers({ rows, change: (changed) => change({ requests: changed }), noTexts: demo.noTexts === true }),
  'requests.older': async (before, limit) => {
    await later(120);
    if (rows.size > 3_000) return [];
    const older = Array.from({ length: limit }, (_, index) => finished(before - 60_000 * (index + 1)));
    for (const row of older) rows.set(row.id, row);
    return older;
  },
  'requests.clear': () => {
    rows.clear();
  },
  'home.query': () => demoHomeReport(busy, [...rows.values()]),
  ...askHandlers(
    () => snapshot.asks.turns,
    (turns) => change({ asks: { turns } }),
  ),
  'usage.query': async (query) => {
    await later(30);
    return demoUsageReport(query, !busy);
  },
  'usage.planHistory': (fromAt, toAt) => (busy ? demoPlanHistory(fromAt, toAt) : []),
  'usage.exportCsv': () => '/home/ana/Documents/claudacity-usage.csv',
  ...conversationHandlers({
    stored: () => stored,
    setStored: (next) => {
      stored = next;
    },
    live: () => snapshot.conversations,
    setLive: (conversations) => change({ conversations }),
    noTexts: demo.noTexts ?? false,
    still: demo.still ?? false,
  }),
  'settings.table': shownSettings,
  'settings.parse': checkSettingText,
  'settings.change': (settings) => {
    if (settings.port === 80)
      throw new Error(
        "Error invoking remote method 'settings.change': Error: Port 80 needs an administrator. Choose one above 1023.",
      );
    change({ settings: { ...snapshot.settings, ...settings } });
    return snapshot.settings;
  },
  'settings.changeForRun': (settings) => {
    const changed = Object.keys(settings) as (keyof AppSettings)[];
    change({
      settings: { ...snapshot.settings, ...settings },
      runSettings: { ...snapshot.runSettings, changed: [...snapshot.runSettings.changed, ...changed] },
    });
    return snapshot.settings;
  },
  'settings.endChangeForRun': (name) => {
    const { changed, added } = snapshot.runSettings;
    change({
      settings: { ...snapshot.settings, [name]: appSettings()[name] },
      runSettings: { changed: changed.filter((one) => one !== name), added },
    });
    return snapshot.settings;
  },
  'models.all': () =>
    ['opus', 'sonnet', 'sonnet[1m]', 'haiku', 'claude-opus-5-5', 'claude-sonnet-5-5', 'claude-haiku-5-5'].map((id) => ({
      id,
      title: id.startsWith('claude') ? 'Claude 5.5' : id.replace(/^./, (letter) => letter.toUpperCase()),
      fullName: id,
    })),
  'app.report': () => demoReport,
  'knocks.allow': (id) => {
    change({ knocks: snapshot.knocks.filter((one) => one.id !== id) });
    return snapshot.settings;
  },
  'knocks.dismiss': (id) => change({ knocks: snapshot.knocks.filter((one) => one.id !== id) }),
  ...keyHandlers(
    () => snapshot.keys,
    (keys) => change({ keys: { keys, problem: null } }),
  ),
  ...connectHandlers(busy),
  'update.state': () => snapshot.update,
  'update.check': () => snapshot.update,
  'update.download': () => snapshot.update,
  'update.install': () => snapshot.update,
  'update.cancel': () => snapshot.update,
  'history.beginNew': () => undefined,
  'loginItem.set': (enabled) => ({ supported: true, enabled }),
  'desktop.pageOpened': () => undefined,
  'clipboard.copy': () => undefined,
  'app.licenses': () => 'express 5.3.0\n\nMIT',
  'link.open': () => undefined,
  'externalPage.open': () => {
    throw new Error('No browser could be opened.');
  },
};

function change(values: TopicUpdate['values']): void {
  const { requests = [], ...rest } = values;
  for (const row of requests) rows.set(row.id, row);
  Object.assign(snapshot, rest);
  for (const listener of listeners) listener({ snapshot: false, values });
}

function fill(count: number): void {
  const now = Date.now();
  const add = (row: RequestRow) => rows.set(row.id, row);
  for (let index = count; index > 0; index--) add(finished(now - index * 9_000 - between(0, 6_000) - 8_000));
  add({
    ...begun(now - 6_400),
    phase: 'streaming',
    outcome: 'answering',
    status: 200,
    loadMs: 40,
    firstTokenMs: 812,
    usage: unfinishedUsage(usage(0)),
  });
  add({ ...begun(now - 900), client: 'Continue', dialect: 'openai', path: '/v1/chat/completions' });
}

/** Requests come in, stream and end, a few a second. */
function live(): void {
  setInterval(() => {
    const row = begun(Date.now());
    change({ requests: [row] });
    setTimeout(
      () =>
        change({
          requests: [{ ...row, phase: 'streaming', outcome: 'answering', status: 200, loadMs: 30, firstTokenMs: 640 }],
        }),
      640,
    );
    setTimeout(
      () => {
        const done = {
          ...finished(row.at),
          id: row.id,
          client: row.client,
          model: row.model,
          path: row.path,
          dialect: row.dialect,
          method: row.method,
          asked: row.asked,
          conversation: row.conversation,
        };
        const { usage: day } = snapshot;
        const hourly = day.hourly.map((hour, index) =>
          index === new Date().getHours() ? addUsage(hour, knownUsage(done.usage)) : hour,
        );
        change({
          requests: [{ ...done, durationMs: Date.now() - row.at }],
          usage: {
            ...day,
            requests: day.requests + 1,
            usage: addUsage(day.usage, knownUsage(done.usage)),
            hourly,
          },
        });
      },
      between(2_000, 6_000),
    );
  }, 1_200);
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
