/**
 * A `window.claudacity` that plays a day of use, for working on the page without the app behind it. `window.claudacityDemo`, set before this runs,
 * says which day.
 */
import type {
  Bridge,
  CallArguments,
  CallHandlers,
  CallName,
  CallResult,
  ConversationRow,
  DayUsage,
  DialectName,
  Problem,
  RequestDetails,
  RequestRow,
  StoredConversation,
  StoredMessage,
  Theme,
  TopicUpdate,
  TopicValues,
} from '../../../app/shared/contract';
import { addUsage, NO_USAGE, type Usage } from '../../../app/shared/usage';
import { appSettings } from './appSettings';

export interface Demo {
  day: 'busy' | 'calm' | 'empty' | 'stopped' | 'signed_out' | 'port_taken' | 'cli_missing';
  theme: Theme;
  /** Requests that are in the log already. */
  rows?: number;
  /** Stored conversations that exist already. */
  stored?: number;
  /** Conversations are listed without their texts. */
  noTexts?: boolean;
  /** Nothing changes by itself. */
  still?: boolean;
}

declare global {
  var claudacityDemo: Demo | undefined;
}

const demo: Demo = globalThis.claudacityDemo ?? { day: 'busy', theme: 'system' };
const random = seeded(7);
const pick = <T>(items: readonly [T, ...(readonly T[])]): T => items[Math.floor(random() * items.length)] ?? items[0];
const between = (low: number, high: number) => Math.round(low + random() * (high - low));

const PROBLEMS: Partial<Record<Demo['day'], Problem>> = {
  signed_out: {
    code: 'signed_out',
    message: 'The claude CLI is not signed in.',
    remedy: 'Sign in here, or run `claude auth login` in a terminal.',
  },
  port_taken: {
    code: 'port_taken',
    message: 'Port 22434 is taken by another program.',
    remedy: 'Quit that program, or choose another port. `lsof -i :22434` shows which one it is.',
  },
  cli_missing: {
    code: 'cli_missing',
    message: 'The claude CLI was not found.',
    remedy: 'Install it with `npm install -g @anthropic-ai/claude-code`, then check again.',
  },
};

interface DemoClient {
  client: string;
  dialect: DialectName;
  path: string;
  agent: string;
}

const CLIENTS: readonly [DemoClient, ...DemoClient[]] = [
  { client: 'Open WebUI', dialect: 'ollama', path: '/api/chat', agent: 'Python/3.11 aiohttp/3.11.11' },
  { client: 'ollama-js', dialect: 'ollama', path: '/api/chat', agent: 'ollama-js/0.6.4 (x64 linux Node.js/v20.20.2)' },
  { client: 'Continue', dialect: 'openai', path: '/v1/chat/completions', agent: 'Continue/1.3.9' },
  { client: 'openai-python', dialect: 'openai', path: '/v1/chat/completions', agent: 'OpenAI/Python 2.8.1' },
  { client: 'curl', dialect: 'ollama', path: '/api/generate', agent: 'curl/7.88.1' },
  { client: 'anthropic-sdk', dialect: 'anthropic', path: '/v1/messages', agent: 'Anthropic/JS 0.71.0' },
];
const MODELS = ['sonnet', 'opus', 'haiku', 'claude-sonnet-5-5'] as const;

const QUESTIONS = [
  'Why does my Rust program borrow the vector twice in this loop?',
  'Write a haiku about a build that is green at last',
  'Summarise the attached minutes in five points, and name who has to do what until Friday…',
  'Translate this letter to the landlord into German, politely but firmly',
  'What is the difference between a mutex and a semaphore?',
  '### Task: Generate a concise, 3-5 word title with an emoji summarizing the chat history…',
  'Review this pull request as a senior engineer would. Be strict about error handling…',
  'Plan a week of dinners for four, one of whom eats no fish',
  'Erkläre mir den Unterschied zwischen „das“ und „dass“',
] as const;

const rows = new Map<string, RequestRow>();
const listeners = new Set<(update: TopicUpdate) => void>();
let serial = 0;

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
      demo.day !== 'signed_out' && { authMethod: 'claude.ai', account: 'personal account' }),
    ...((demo.day === 'signed_out' || demo.day === 'cli_missing') && { problem: PROBLEMS[demo.day] as Problem }),
  },
  requests: [],
  conversations: busy ? conversations() : [],
  spares: demo.day === 'cli_missing' ? 0 : 2,
  usage: busy ? busyDay() : emptyDay(),
  settings: appSettings({ theme: demo.theme, keepTexts: !demo.noTexts }),
  pinned: busy ? { port: 'PORT' } : {},
  loginItem: { supported: true, enabled: false },
};
let stored: StoredConversation[] = busy ? storedConversations(demo.stored ?? 340) : [];
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
  'server.stop': () => {
    change({ server: { ...snapshot.server, phase: 'stopped' } });
    return snapshot.server;
  },
  'cli.check': async () => {
    await later(600);
    return snapshot.cli;
  },
  'cli.signIn': async () => {
    await later(1500);
    change({ cli: { phase: 'ready', version: '2.1.330', account: 'personal account' } });
    return snapshot.cli;
  },
  'requests.details': (id) => {
    const row = rows.get(id);
    return row ? details(row) : null;
  },
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
  'conversations.end': endConversation,
  'conversations.list': async (before, limit) => {
    await later(40);
    return stored.filter(({ usedAt }) => usedAt < before).slice(0, limit);
  },
  'conversations.read': async (id) => {
    await later(40);
    const row = stored.find((conversation) => conversation.id === id);
    return row && !demo.noTexts ? said(row) : null;
  },
  'conversations.delete': (id) => {
    stored = stored.filter((conversation) => conversation.id !== id);
    endConversation(id);
  },
  'conversations.deleteAll': () => {
    stored = [];
    change({ conversations: [] });
  },
  'settings.change': (settings) => {
    if (settings.port === 80)
      throw new Error(
        "Error invoking remote method 'settings.change': Error: Port 80 needs an administrator. Choose one above 1023.",
      );
    change({ settings: { ...snapshot.settings, ...settings } });
    return snapshot.settings;
  },
  'loginItem.set': (enabled) => ({ supported: true, enabled }),
  'clipboard.copy': () => undefined,
  'externalPage.open': () => {
    throw new Error('No browser could be opened.');
  },
};

function endConversation(id: string): void {
  change({ conversations: snapshot.conversations.filter((conversation) => conversation.id !== id) });
}

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
  add({ ...begun(now - 6_400), phase: 'streaming', status: 200, firstTokenMs: 812, usage: usage(0) });
  add({ ...begun(now - 900), client: 'Continue', dialect: 'openai', path: '/v1/chat/completions' });
}

/** Requests come in, stream and end, a few a second. */
function live(): void {
  setInterval(() => {
    const row = begun(Date.now());
    change({ requests: [row] });
    setTimeout(() => change({ requests: [{ ...row, phase: 'streaming', status: 200, firstTokenMs: 640 }] }), 640);
    setTimeout(
      () => {
        const done = {
          ...finished(row.at),
          id: row.id,
          client: row.client,
          model: row.model,
          path: row.path,
          dialect: row.dialect,
        };
        const { usage: day } = snapshot;
        const hourly = day.hourly.map((hour, index) =>
          index === new Date().getHours() && done.usage ? addUsage(hour, done.usage) : hour,
        );
        change({
          requests: [{ ...done, durationMs: Date.now() - row.at }],
          usage: {
            ...day,
            requests: day.requests + 1,
            usage: done.usage ? addUsage(day.usage, done.usage) : day.usage,
            hourly,
          },
        });
      },
      between(2_000, 6_000),
    );
  }, 1_200);
}

function begun(at: number): RequestRow {
  const { client, dialect, path } = pick(CLIENTS);
  return {
    id: `req_${(++serial).toString(36).padStart(8, '0')}`,
    at,
    client,
    address: '127.0.0.1',
    dialect,
    method: 'POST',
    path,
    model: pick(MODELS),
    stream: true,
    phase: 'waiting',
    status: null,
    usage: null,
    firstTokenMs: null,
    durationMs: null,
  };
}

function finished(at: number): RequestRow {
  const row = begun(at);
  const dice = random();
  if (dice < 0.22) {
    const path = pick(['/api/tags', '/api/version', '/v1/models', '/api/ps']);
    const dialect = path.startsWith('/v1') ? 'openai' : 'ollama';
    return {
      ...row,
      method: 'GET',
      path,
      dialect,
      model: '',
      stream: false,
      phase: 'done',
      status: 200,
      durationMs: between(1, 9),
    };
  }
  if (dice < 0.27) return { ...row, phase: 'failed', status: pick([429, 502, 404, 401]), durationMs: between(12, 900) };
  const firstTokenMs = between(420, 2_300);
  const durationMs = firstTokenMs + between(700, 24_000);
  const tokens = usage(between(60, 1_900));
  if (dice < 0.3)
    return { ...row, phase: 'cancelled', status: 499, firstTokenMs, durationMs, usage: { ...tokens, costUsd: 0.004 } };
  const costUsd = (tokens.input * 3 + tokens.cacheRead * 0.3 + tokens.cacheWrite * 3.75 + tokens.output * 15) / 1e6;
  return { ...row, phase: 'done', status: 200, firstTokenMs, durationMs, usage: { ...tokens, costUsd } };
}

function usage(output: number): Usage {
  return {
    input: between(3, 2_400),
    cacheRead: between(0, 38_000),
    cacheWrite: between(0, 5_200),
    output,
    thinking: 0,
    costUsd: 0,
  };
}

function details(row: RequestRow): RequestDetails {
  const failed = row.phase === 'failed';
  return {
    ...row,
    route: row.path,
    userAgent: CLIENTS.find(({ client }) => client === row.client)?.agent ?? 'unknown',
    resolvedModel: row.model && !failed ? 'claude-sonnet-5-5' : null,
    conversation: row.model && !failed ? 'conv_6900' : null,
    served: row.model && !failed ? 'live' : null,
    messages: row.model ? 7 : null,
    loadMs: row.firstTokenMs === null ? null : Math.round(row.firstTokenMs * 0.2),
    error: failed ? 'The usage limit of this account is reached. It resets at 16:00.' : null,
    ignored: row.model && row.dialect !== 'anthropic' ? ['temperature', 'top_k', 'num_ctx'] : [],
    isolation:
      row.model && !failed
        ? 'An empty folder. Withheld: CLAUDE.md, settings, hooks, plugins, MCP servers, built-in tools.'
        : null,
  };
}

function conversations(): ConversationRow[] {
  const now = Date.now();
  const row = (
    client: string,
    model: string,
    phase: ConversationRow['phase'],
    turns: number,
    ago: number,
  ): ConversationRow => ({
    id: `conv_${turns}${ago}`,
    client,
    model,
    phase,
    turns,
    usage: { ...usage(turns * 400), costUsd: turns * 0.021 },
    startedAt: now - ago - turns * 60_000,
    lastUsedAt: now - ago,
    pid: 41_000 + turns,
    expiresAt: phase === 'idle' ? now - ago + 300_000 : null,
  });
  return [
    row('Open WebUI', 'sonnet', 'answering', 6, 900),
    row('Continue', 'opus', 'waiting_for_tool', 14, 4_000),
    row('ollama-js', 'haiku', 'idle', 2, 184_000),
  ];
}

/** Newest first: those that are active, then older ones. */
function storedConversations(count: number): StoredConversation[] {
  const stored = snapshot.conversations.map((row, index) => storedFrom(row, index));
  for (let index = stored.length; index < count; index++) {
    const { client } = pick(CLIENTS);
    const turns = between(1, 9);
    stored.push(
      storedFrom(
        {
          id: `conv_stored_${index}`,
          client,
          model: pick(['claude-sonnet-5-5', 'claude-opus-5', 'claude-haiku-5']),
          turns,
          usage: { ...usage(turns * 400), costUsd: turns * 0.0137 },
          startedAt: Date.now() - index * index * 60_000 - turns * 90_000,
          lastUsedAt: Date.now() - index * index * 60_000,
        },
        index,
      ),
    );
  }
  return stored;
}

function storedFrom(row: Omit<ConversationRow, 'phase' | 'pid' | 'expiresAt'>, index: number): StoredConversation {
  const { id, client, model, turns, usage: tokens, startedAt, lastUsedAt } = row;
  return {
    id,
    name: index % 4 === 0 ? 'b5a1c2d4-7f0e-4d7c-9a43-0e0f6c1b2a3d' : null,
    client,
    model,
    title: demo.noTexts ? '' : (QUESTIONS[index % QUESTIONS.length] ?? ''),
    createdAt: startedAt,
    usedAt: lastUsedAt,
    turns,
    bytes: demo.noTexts ? 0 : turns * 2_300,
    usage: tokens,
  };
}

const ANSWER = `The loop borrows \`items\` for as long as the iterator lives, so the push inside it would need a second, mutable borrow. Collect what you want to add first, and add it afterwards:

\`\`\`rust
let doubled: Vec<_> = items.iter().map(|n| n * 2).collect();
items.extend(doubled);
\`\`\`

This needs one allocation more. If that matters, iterate over the indexes instead:

\`\`\`rust
for i in 0..items.len() {
    let n = items[i] * 2;
    items.push(n);
}
\`\`\`

The range is computed once, before the first push, so the loop ends.`;

/** The second conversation is as long as the longest that real programs make. */
function said({ id, title, turns }: StoredConversation): StoredMessage[] {
  const long = id === snapshot.conversations[1]?.id;
  return Array.from({ length: (long ? 600 : turns) * 2 }, (_, index): StoredMessage => {
    if (index % 2 === 1)
      return { role: 'assistant', text: index % 4 === 3 ? 'Yes: the range is computed once.' : ANSWER };
    if (long && index === 2) return { role: 'user', text: 'A log that was pasted whole. '.repeat(20_000) };
    return { role: 'user', text: index === 0 ? title : 'And does it hold if the vector grows while I go through it?' };
  });
}

function emptyDay(): DayUsage {
  return {
    day: new Date().toISOString().slice(0, 10),
    requests: 0,
    failed: 0,
    usage: NO_USAGE,
    models: [],
    hourly: Array.from({ length: 24 }, () => NO_USAGE),
  };
}

function busyDay(): DayUsage {
  const hourly = Array.from({ length: 24 }, (_, hour): Usage => {
    const weight = hour < 8 || hour > 17 ? 0 : Math.sin(((hour - 7) / 11) * Math.PI) * (hour === 12 ? 0.35 : 1);
    return {
      input: Math.round(weight * between(9_000, 26_000)),
      cacheRead: Math.round(weight * between(70_000, 140_000)),
      cacheWrite: Math.round(weight * between(10_000, 32_000)),
      output: Math.round(weight * between(11_000, 34_000)),
      thinking: 0,
      costUsd: weight * 0.62,
    };
  });
  const total = hourly.reduce(addUsage);
  const part = (share: number, costUsd: number): Usage => ({
    input: Math.round(total.input * share),
    cacheRead: Math.round(total.cacheRead * share),
    cacheWrite: Math.round(total.cacheWrite * share),
    output: Math.round(total.output * share),
    thinking: 0,
    costUsd,
  });
  return {
    ...emptyDay(),
    requests: 342,
    failed: 9,
    usage: { ...total, costUsd: 4.37 },
    hourly,
    models: [
      { model: 'claude-sonnet-5-5', requests: 214, usage: part(0.62, 2.41) },
      { model: 'claude-opus-5', requests: 47, usage: part(0.29, 1.88) },
      { model: 'claude-haiku-5', requests: 81, usage: part(0.09, 0.08) },
    ],
  };
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Numbers that look random and are the same each time (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
