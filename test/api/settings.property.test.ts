/**
 * Random chats of two API keys, whose requests differ in everything that a process is told: system prompts that change, tools and their
 * results, images, thinking, schemas and greetings. They branch, edit, hang up and leave calls unanswered, and processes are killed. For
 * each request the model must get exactly what was asked, and no process may serve both keys.
 *
 * The programs of the two keys begin with the same seed, and so with the same requests. `npm run test:property` makes 2,000 requests with
 * reuse, and 2,000 without. CLAUDACITY_SEED repeats a run, as far as the order of parallel requests can be repeated.
 */
import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type {
  AssistantBlock,
  ChatRequest,
  Message,
  TextBlock,
  ToolResultBlock,
  UserBlock,
} from '../../app/chat/request';
import { type ChatRig, startChatRig } from '../support/chatRig';
import { type RecordedRequest, type Step, text, thinking, toolUse } from '../support/messagesApi';
import { type Random, random } from '../support/random';
import { askedOfModel, callsOf, seenByModel, settingsThatDiffer } from '../support/seenByModel';

const REQUESTS = Number(process.env.CLAUDACITY_PROPERTY_REQUESTS ?? 60);
const SEED = Number(process.env.CLAUDACITY_SEED ?? Date.now() % 1_000_000);
const MINUTES = 2 + REQUESTS / 100;
/** Fewer than the chats that go on at a time, so that processes change hands. */
const PROCESSES = 6;

test.each([
  { reuses: true, title: 'with reuse' },
  { reuses: false, title: 'with a process for each conversation' },
])(
  `the model gets exactly what was asked, $title (seed ${SEED})`,
  { timeout: MINUTES * 60_000 },
  async ({ reuses }) => {
    const rig = await startChatRig({ reuses, limit: PROCESSES });
    const run: Run = { rig, left: REQUESTS, kills: 0, asked: new Set(), paths: new Map(), ownerOf: new Map() };
    try {
      rig.api.chooseAnswer((request) => answerTo(request, rig.api.requests.length));
      const programs = [
        { owner: 'key-a', seed: SEED * 10 },
        { owner: 'key-b', seed: SEED * 10 },
        { owner: 'key-a', seed: SEED * 10 + 1 },
        { owner: 'key-b', seed: SEED * 10 + 1 },
      ];

      await Promise.all(programs.map(({ owner, seed }) => chatAway(owner, random(seed), run)));

      const seen = rig.api.requests.map(seenByModel);
      // The requests of killed processes and of clients that hung up are among them, too.
      expect(seen.filter(({ conversation }) => !run.asked.has(conversation))).toEqual([]);
      expect(settingsThatDiffer(seen)).toEqual([]);
      expect(run.paths.get('failed') ?? 0).toBeLessThanOrEqual(run.kills);
      console.log(`seed ${SEED}:`, Object.fromEntries([...run.paths].sort()), `${run.kills} killed`);
    } finally {
      await rig.end();
    }
  },
);

interface Run {
  readonly rig: ChatRig;
  left: number;
  kills: number;
  /** What the model may get, one text for each request that was made. */
  readonly asked: Set<string>;
  /** How many requests were served in which way. */
  readonly paths: Map<string, number>;
  /** The key that each process has served. */
  readonly ownerOf: Map<string, string>;
}

interface Branch {
  readonly system: string;
  readonly tools: readonly Tool[];
  readonly model: string;
  /** Ends with an answer. */
  readonly history: readonly Message[];
  /** A chat as long as this is given up. */
  readonly mostMessages: number;
  /** Those of its last request. */
  readonly settings: Partial<ChatRequest>;
  readonly name?: ChatRequest['name'];
}

type Tool = keyof typeof TOOLS;

const TOOLS = {
  weather: { name: 'weather', description: 'The weather.', inputSchema: { type: 'object' } },
  time: { name: 'time', description: 'The time.', inputSchema: { type: 'object', properties: { zone: {} } } },
} as const;
/** Few of each, so that chats of both keys often begin alike. */
const TOOL_SETS: readonly (readonly Tool[])[] = [[], [], ['weather'], ['weather', 'time']];
const OPENINGS = ['Hi', 'Hello', 'What can you do?'];
const SYSTEMS = ['', '', 'Be brief.', 'Be kind.'];
const MODELS = ['sonnet', 'sonnet', 'sonnet', 'haiku'];
const SCHEMA = { type: 'object', properties: { digest: { type: 'string' } }, required: ['digest'] };
const PICTURE = {
  type: 'image',
  mediaType: 'image/png',
  data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
} as const;

/** Runs chats until all requests have been made. */
async function chatAway(owner: string, { chance, pick, below }: Random, run: Run): Promise<void> {
  const branches: Branch[] = [];

  const start = (): Branch => {
    const isLong = chance(0.15);
    return {
      system: pick(SYSTEMS),
      tools: pick(TOOL_SETS),
      model: pick(MODELS),
      settings: {},
      history: isLong
        ? longHistory(below)
        : chance(0.1)
          ? [{ role: 'assistant', content: [{ type: 'text', text: 'How can I help?' }] }]
          : [],
      mostMessages: isLong ? 80 : 30,
      // The same name is another conversation under another key. A long history is new to the app, which knows named ones by their last message.
      name: !isLong && chance(0.2) ? { kind: 'id', id: `chat-${below(1_000_000_000)}` } : undefined,
    };
  };

  const question = (): Message => {
    // The model calls tools where it is told to, and has some.
    const words = `${chance(0.4) ? 'Look it up' : 'Question'} ${below(1_000_000)}`;
    const content: UserBlock[] = [{ type: 'text', text: words }];
    if (chance(0.05)) content.unshift(PICTURE);
    return { role: 'user', content };
  };

  const settings = (): Partial<ChatRequest> => ({
    thinking: chance(0.5),
    ...(chance(0.2) && { effort: pick(['low', 'high'] as const) }),
    ...(chance(0.1) && { withoutThinking: true }),
    ...(chance(0.1) && { maxTokens: 1_000 + below(3) }),
    ...(chance(0.1) && { stop: ['###'] }),
    ...(chance(0.05) && { schema: SCHEMA }),
  });

  const ask = async (before: Branch, next: Message, { hangUpAfterMs, isLone = false, change }: AskOptions = {}) => {
    run.left -= 1;
    const branch = { ...before, ...change };
    // The CLI keeps the limits with which a turn began until it has the results of all its tools.
    const chosen = hasResults(next.content) ? branch.settings : settings();
    const request: Partial<ChatRequest> = {
      ...chosen,
      ...{ owner, system: branch.system, model: branch.model, name: branch.name },
      tools: branch.tools.map((tool) => TOOLS[tool]),
      messages: isLone ? [next] : [...branch.history, next],
    };
    const sent = [...branch.history, next];
    run.asked.add(askedOfModel(request, sent));
    const { path, content } = await askOnce(run, request, hangUpAfterMs);
    run.paths.set(path, (run.paths.get(path) ?? 0) + 1);
    const place = branches.indexOf(before);
    // A conversation with a name has no other branches, also where the request has changed it.
    if (place !== -1 && (before.name !== undefined || (!change && chance(0.7)))) branches.splice(place, 1);
    // Where there is no answer, the program cannot know what became of the turn.
    const after: Branch = content
      ? { ...branch, settings: chosen, history: [...sent, { role: 'assistant', content }] }
      : { ...branch, name: undefined };
    if (after.history.length > 0 && after.history.length < after.mostMessages) branches.push(after);
    if (branches.length > 3) branches.splice(below(branches.length - 1), 1);
  };

  while (run.left > 0) {
    const last = chance(0.85) ? branches.at(-1) : branches[below(branches.length)];
    const branch = chance(0.04) ? start() : (last ?? start());
    const calls = callsOf(branch.history.at(-1));
    const isLone = branch.name !== undefined && branch.history.some(({ role }) => role === 'user');
    const unnamed = { ...branch, name: undefined };
    const dice = below(100);
    if (branch.history.length <= 1) {
      const opening: Message = { role: 'user', content: [{ type: 'text', text: pick(OPENINGS) }] };
      await ask(branch, chance(0.6) ? opening : question());
    } else if (calls.length > 0 && dice < 92) {
      const results = calls.map(({ id }): ToolResultBlock => {
        const isError = chance(0.1);
        const words = (): TextBlock => ({ type: 'text', text: `Result ${below(1_000_000)}` });
        // Of an error the CLI passes on the texts alone.
        const content = !isError && chance(0.1) ? [PICTURE] : chance(0.1) ? [words(), words()] : [words()];
        return { type: 'tool_result', toolUseId: id, isError, content };
      });
      await ask(branch, { role: 'user', content: results }, { isLone });
    } else if (calls.length > 0 || dice < 5) {
      // The program asks something else than its last question, and forgets what came of that.
      const place = branch.history.findLastIndex(({ role, content }) => role === 'user' && !hasResults(content));
      await ask({ ...unnamed, history: branch.history.slice(0, place) }, question());
    } else if (dice < 10) {
      const { history } = branch;
      const place = history.findLastIndex(({ role }) => role === 'user');
      await ask({ ...unnamed, history: history.slice(0, place) }, history[place] as Message);
    } else if (dice < 15) {
      await ask({ ...unnamed, history: withEditedMessage(branch.history, below) }, question());
    } else if (dice < 25 && branch.system !== '') {
      const change = { system: `It is ${below(24)} o’clock.` };
      await ask(branch, question(), { isLone, change });
    } else if (dice < 28) {
      const change = { tools: pick(TOOL_SETS) };
      await ask(branch, question(), { isLone, change });
    } else if (dice < 31) {
      await Promise.all([ask(unnamed, question()), ask(unnamed, question())]);
    } else if (dice < 36) {
      await ask(branch, question(), { hangUpAfterMs: below(120), isLone });
    } else {
      if (dice < 38) killOne(run, pick);
      await ask(branch, question(), { isLone });
    }
  }
}

interface AskOptions {
  readonly hangUpAfterMs?: number;
  /** Sends the question without the history. */
  readonly isLone?: boolean;
  /** What the request changes of its chat. */
  readonly change?: Pick<Partial<Branch>, 'system' | 'tools'>;
}

function killOne(run: Run, pick: Random['pick']): void {
  const pids = run.rig.chat.liveConversations().flatMap(({ pid }) => (pid === null ? [] : [pid]));
  if (pids.length === 0) return;
  run.kills += 1;
  try {
    process.kill(pick(pids), 'SIGKILL');
  } catch {
    // The process has exited by itself.
  }
}

interface Outcome {
  /** How the request was served; `failed` or `hung up` where there is no whole answer. */
  readonly path: string;
  readonly content?: AssistantBlock[];
}

async function askOnce(run: Run, request: Partial<ChatRequest>, hangUpAfterMs: number | undefined): Promise<Outcome> {
  const { rig, ownerOf } = run;
  const client = new AbortController();
  setMaxListeners(0, client.signal);
  if (hangUpAfterMs !== undefined) void sleep(hangUpAfterMs).then(() => client.abort());
  let path = 'unknown';
  let words = '';
  const calls: AssistantBlock[] = [];
  const defaults = { model: 'sonnet', system: '', messages: [], client: 'test', thinking: true, owner: '' };
  let conversation = '';
  for await (const event of rig.chat.ask({ ...defaults, ...request }, client.signal)) {
    if (event.type === 'start') ({ served: path, conversation } = event);
    if (event.type === 'question_sent') {
      const pid = rig.chat.liveConversations().find(({ id }) => id === conversation)?.pid;
      const process = pid && processId(pid);
      if (process) {
        expect([undefined, request.owner]).toContain(ownerOf.get(process));
        ownerOf.set(process, request.owner ?? '');
      }
    }
    if (event.type === 'text') words += event.text;
    if (event.type === 'retract') words = '';
    if (event.type === 'tool_end') {
      calls.push({ type: 'tool_use', id: event.id, name: event.name, input: event.input });
    }
    if (event.type === 'error') return { path: client.signal.aborted ? 'hung up' : 'failed' };
    if (event.type === 'end') {
      const content: AssistantBlock[] = [...(words === '' ? [] : [{ type: 'text' as const, text: words }]), ...calls];
      return { path, content };
    }
  }
  return { path: 'hung up' };
}

/** Differs for each process, as its number alone does not in a long run; undefined where it has ended, and on systems other than Linux. */
function processId(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Its start, behind the name in parentheses.
    return `${pid} ${stat.slice(stat.lastIndexOf(')')).split(' ')[20]}`;
  } catch {
    return undefined;
  }
}

/** A chat that another server has answered so far: so long that texts of it are appended without turns. */
function longHistory(below: Random['below']): readonly Message[] {
  const say = (role: Message['role'], words: string): Message => ({ role, content: [{ type: 'text', text: words }] });
  const chat = below(1_000_000);
  return Array.from({ length: 10 + below(15) }, (_, at) => [
    say('user', `Question ${at} of chat ${chat}`),
    say('assistant', `Answer ${at} of chat ${chat}`),
  ]).flat();
}

/** The history with one of its texts changed. Calls and their results stay as they are. */
function withEditedMessage(history: readonly Message[], below: Random['below']): readonly Message[] {
  const place = below(history.length);
  const edited = [{ type: 'text' as const, text: `Edited ${below(1_000_000)}` }];
  return history.map((message, index) =>
    index === place && !hasResults(message.content) && callsOf(message).length === 0
      ? { role: message.role, content: edited }
      : message,
  );
}

function hasResults(content: Message['content']): boolean {
  return content.some(({ type }) => type === 'tool_result');
}

/** The answer differs for each request, so that a message tells which answer it was. */
function answerTo({ history, body }: RecordedRequest, count: number): readonly Step[] {
  const words = `Answer ${count}`;
  const names = (body.tools ?? []).map(({ name }) => name);
  if (names.includes('StructuredOutput')) return [toolUse('StructuredOutput', { digest: words })];
  const isTold = JSON.stringify(history.at(-1)?.content).includes('Look it up');
  const isFree = (body.tool_choice as { type?: string } | undefined)?.type !== 'none';
  const called = isTold && isFree ? names.map((name) => toolUse(name, { for: words })) : [];
  const before = count % 3 === 0 ? [thinking('Let me see.')] : [];
  return [...before, ...(called.length > 0 && count % 2 === 0 ? [] : [text(words)]), ...called];
}
