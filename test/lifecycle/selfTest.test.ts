/** The self-test with the real CLI: it passes, and it fails where the CLI does anything else than what reuse relies on. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { childEnvironment } from '../../app/claude/installation/environment';
import { DEADLINES } from '../../app/claude/process/deadlines/deadlines';
import { runSelfTest } from '../../app/claude/selfTest/selfTest';
import { type Alteration, createAlteredCli } from '../support/alteredCli';
import { leftoverProcesses, removeFolder, scratchFolder } from '../support/cli';
import { startTestApp, type TestApp, type TestAppOptions } from '../support/testApp';

let home: string;
let app: TestApp | undefined;

beforeEach(async () => {
  home = await scratchFolder();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await app?.stop();
  app = undefined;
  await removeFolder(home);
});

test('it passes on this version, costs nothing, leaves nothing behind, and processes are reused from then on', async () => {
  // The apps of other tests have their folders in the usual one.
  vi.stubEnv('TMPDIR', home);
  const { api, dataDir } = await start();

  const { version } = await tested();

  expect(processes()).toBe(`reused (self-test passed on ${version})`);
  // 2.1.280 opens a connection at its start, with a HEAD.
  expect(api.requests).toEqual([]);
  expect(api.otherCalls.filter(({ method }) => method !== 'HEAD')).toEqual([]);
  expect(await scratchFolders()).toEqual([]);
  expect(Object.entries(await storedResults(dataDir))).toEqual([
    [expect.stringMatching(`^${version}/\\d+$`), { passed: true, appendsTexts: true, testedAt: expect.any(Number) }],
  ]);
  expect(await sessionsOfTwoConversations()).toHaveLength(1);
});

test('its result is known after a restart', async () => {
  await start();
  await tested();
  const spent = Object.values(await storedResults(path.join(home, 'data')));
  await app?.stop();

  await start();

  expect(processes()).toMatch(/^reused/);
  expect(Object.values(await storedResults(path.join(home, 'data')))).toEqual(spent);
});

const REWIND = "request.subtype === 'rewind_conversation'";

const ALTERATIONS: readonly (readonly [string, Alteration, RegExp])[] = [
  [
    'refuses to empty a process',
    { answer: `if (${REWIND}) return { rewound: false, reason: 'target_not_found' };` },
    /a process could not be emptied/,
  ],
  [
    'keeps a message of the model’s',
    { alter: `if (${REWIND}) response.response.precedingAssistantUuid = 'f0cacc1a';` },
    /a process could not be emptied/,
  ],
  ['does not answer a rewind', { alter: `if (${REWIND}) return false;` }, /a process could not be emptied/],
  [
    'only says that it has emptied the process',
    { answer: `if (${REWIND}) return { rewound: true, precedingAssistantUuid: null };` },
    /a conversation contained a text of the one before it/,
  ],
  [
    'refuses another system prompt',
    {
      alter: `if (request.system_prompt !== undefined) {
        delete response.response;
        Object.assign(response, { subtype: 'error', error: 'unknown field' });
      }`,
    },
    /unknown field/,
  ],
  [
    'ignores another system prompt',
    { answer: 'if (request.system_prompt !== undefined) return {};' },
    /a new system prompt did not reach the API/,
  ],
  [
    'says that it has not taken other tools',
    { alter: "if (request.subtype === 'initialize') response.response.sdk_mcp_manifests_parked = {};" },
    /did not take the tools/,
  ],
  [
    'does not say that it has taken other tools, and has not',
    {
      alter: `if (response.response) delete response.response.sdk_mcp_manifests_parked;
        if (request.subtype === 'mcp_status') response.response.mcpServers = [];`,
    },
    /did not take the tools/,
  ],
  [
    'does not reset what is shown of the thinking',
    { answer: "if (request.subtype === 'set_max_thinking_tokens' && !request.thinking_display) return {};" },
    /a process that was emptied sent another/,
  ],
];

test.each(ALTERATIONS)(
  'it fails for a CLI that %s; each conversation then has a process of its own',
  async (_, alteration, reason) => {
    const claude = await createAlteredCli(path.join(home, 'bin'), alteration);
    await start({ env: { CLAUDE_PATH: claude } });

    await tested();

    expect(processes()).toMatch(/^one per conversation \(the self-test failed on /);
    expect(processes()).toMatch(reason);
    expect(await sessionsOfTwoConversations()).toHaveLength(2);
    expect(await reusableProcesses()).toEqual([]);
  },
);

test('for a CLI that does not take texts without turns, it passes without them, and histories are replayed turn by turn', async () => {
  const record = path.join(home, 'lines');
  const claude = await createAlteredCli(path.join(home, 'bin'), {
    drop: "return line.includes('local_command_source');",
    record,
  });
  const { api, dataDir } = await start({ env: { CLAUDE_PATH: claude } });

  await tested();

  expect(processes()).toMatch(/^reused/);
  expect(Object.values(await storedResults(dataDir))).toMatchObject([{ passed: true, appendsTexts: false }]);
  expect(running().log.entries.map(({ message }) => message)).toContain(
    'histories are replayed turn by turn: the self-test failed with texts',
  );
  await writeFile(record, '');
  const history = Array.from({ length: 20 }, (_, at) => [
    { role: 'user', content: `Question ${at}` },
    { role: 'assistant', content: `Answer ${at}` },
  ]).flat();
  await askOllama([...history, { role: 'user', content: 'And now?' }]);
  expect(await readFile(record, 'utf8')).not.toContain('local_command_source');
  expect(JSON.stringify(api.requests.at(-1)?.body)).toContain('Question 5');
});

test('it fails where the CLI cannot be started', async () => {
  const env = childEnvironment({}, { ownPorts: [] });
  const { signal } = new AbortController();
  const options = { env, limitMs: 60_000, deadlines: DEADLINES, signal, onProcess: () => {} };

  const verdict = await runSelfTest({ ...options, command: path.join(home, 'missing') });

  expect(verdict).toEqual({ passed: false, reason: expect.stringMatching(/./) });
});

test('it fails where it takes too long', async () => {
  await start({ claudeTimes: { selfTestDelayMs: 0, selfTestMs: 100 } });

  await tested();

  expect(processes()).toMatch(/it took longer than 0.1 s\)$/);
});

test('an app that stops ends it, and stores no result', async () => {
  const { dataDir } = await start();
  await vi.waitFor(() => expect(processes()).toMatch(/running/), 10_000);

  await app?.stop();

  expect(await readdir(dataDir)).not.toContain('selfTest.json');
});

test('where the setting is off, it does not run, and each conversation has a process of its own', async () => {
  const { settings, url } = await start({ settings: { reuseProcesses: false, maxProcesses: 1 } });

  expect(await sessionsOfTwoConversations()).toHaveLength(2);
  expect(processes()).toBe('one per conversation (off in the settings)');
  expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ cli: { reuses_processes: false } });

  settings.change({ reuseProcesses: true });
  await tested();
  expect(await sessionsOfTwoConversations()).toHaveLength(1);
});

test('a process that was to be reused is ended after its conversation where the setting is turned off', async () => {
  const { settings } = await start({ knowsSelfTest: true });
  expect(await sessionsOfTwoConversations()).toHaveLength(1);

  settings.change({ reuseProcesses: false });

  expect(await sessionsOfTwoConversations()).toHaveLength(2);
  expect(await reusableProcesses()).toEqual([]);
});

async function start(options: TestAppOptions = {}): Promise<TestApp> {
  // With one process at a time, a conversation takes over the process of the one before it, or ends it.
  const settings = { maxProcesses: 1 };
  const claudeTimes = { selfTestDelayMs: 0 };
  app = await startTestApp({ home, settings, claudeTimes, knowsSelfTest: false, ...options });
  return app;
}

function running(): TestApp {
  if (!app) throw new Error('no app was started');
  return app;
}

const processes = () => running().core.snapshot().cli.processes;

/** Resolves when there is a result. */
async function tested() {
  await vi.waitFor(() => expect(processes()).toMatch(/^reused|failed/), { timeout: 60_000, interval: 50 });
  return running().core.snapshot().cli;
}

async function storedResults(dataDir: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(path.join(dataDir, 'selfTest.json'), 'utf8')).results;
}

async function scratchFolders(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith('claudacity-self-test-'));
}

/** Holds two conversations, one after the other. Resolves to the ids of the processes' sessions, without duplicates. */
async function sessionsOfTwoConversations(): Promise<unknown[]> {
  const { api } = running();
  api.reset();
  for (const name of ['Ada', 'Grace']) {
    const messages = [
      { role: 'system', content: `You are ${name}.` },
      { role: 'user', content: `Hello, ${name}.` },
    ];
    await askOllama(messages);
  }
  expect(api.requests).toHaveLength(2);
  return [...new Set(api.requests.map(({ headers }) => headers['x-claude-code-session-id']))];
}

async function askOllama(messages: readonly object[]): Promise<void> {
  const response = await fetch(`${running().url}/api/chat`, {
    method: 'POST',
    body: JSON.stringify({ model: 'sonnet', stream: false, messages }),
    signal: AbortSignal.timeout(30_000),
  });
  expect(await response.json()).toMatchObject({ message: { content: 'OK' } });
}

async function reusableProcesses(): Promise<string[]> {
  const commands = (await leftoverProcesses(running().home)).map(({ command }) => command);
  return commands.filter((command) => command.includes('--system-prompt-snapshot'));
}
