/**
 * The app where a process of the CLI does not respond, since it is stopped (SIGSTOP), or the API is silent: no request, no click and no
 * slot of the pool waits longer than its deadline.
 */
import { type IncomingMessage, request } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { removeFolder, scratchFolder } from '../support/cli';
import { wrapCli } from '../support/cliWrapper';
import { ask, assistant, conversationRow, startStream, user, waitForProcessEnd } from '../support/conversation';
import { hang, type Step, text } from '../support/messagesApi';
import { startTestApp, type TestApp, type TestAppOptions } from '../support/testApp';

/** Long enough for a CLI that works, on a loaded computer, too. */
const SHORT_MS = 4_000;

/** Longer than anything takes on a busy computer. */
const SOON = { timeout: 30_000 };

let app: TestApp;

afterEach(() => app.stop());

async function start(options: TestAppOptions = {}): Promise<void> {
  app = await startTestApp(options);
}

/** Has a conversation whose process is stopped. Returns it, and the messages of a follow-up. */
async function stopConversation() {
  const { conversation } = await ask(app, [user('Hello')]);
  const pid = conversationRow(app, conversation).pid ?? Number.NaN;
  process.kill(pid, 'SIGSTOP');
  return { conversation, pid, followUp: [user('Hello'), assistant('OK'), user('More')] };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a follow-up for a stopped process', () => {
  test.each([
    ['another token limit', { max_tokens: 77 }],
    ['the same parameters', {}],
  ])('with %s is answered by another process, and the slot is free at once', async (_, parameters) => {
    // With one process at most, the follow-up gets one only where the stopped one has made room.
    await start({ claudeTimes: { controlMs: SHORT_MS, turnStartMs: SHORT_MS }, settings: { maxProcesses: 1 } });
    const { pid, followUp } = await stopConversation();

    const answer = await ask(app, followUp, parameters);

    expect(answer).toMatchObject({ status: 200, text: 'OK', path: 'replay' });
    expect(isRunning(pid)).toBe(false);
    expect(app.api.requests).toHaveLength(2);
    expect(app.api.requests[1]?.history).toHaveLength(3);
  });

  test('whose client hangs up leaves no process', async () => {
    await start({ settings: { maxProcesses: 1 } });
    const { conversation, pid, followUp } = await stopConversation();
    const client = new AbortController();
    const asked = ask(app, followUp, { max_tokens: 77 }, { signal: client.signal }).catch(() => 'hung up');
    await expect.poll(() => conversationRow(app, conversation).phase).not.toBe('idle');

    client.abort();

    expect(await asked).toBe('hung up');
    await waitForProcessEnd(app, conversation);
    await expect.poll(() => isRunning(pid), SOON).toBe(false);
    expect((await ask(app, [user('Next')])).status).toBe(200);
  });

  test.each([
    ['End', (id: string) => app.core.calls['conversations.end'](id)],
    ['Delete', (id: string) => app.core.calls['conversations.delete'](id)],
    ['Delete all', () => app.core.calls['conversations.deleteAll']()],
  ])('does not keep the button “%s” waiting', async (_, click) => {
    await start();
    const { conversation, pid, followUp } = await stopConversation();
    const asked = ask(app, followUp, { max_tokens: 77 });
    await expect.poll(() => conversationRow(app, conversation).phase).not.toBe('idle');

    await click(conversation ?? '');

    expect(app.core.snapshot().conversations).toEqual([]);
    expect((await asked).status).toBeGreaterThanOrEqual(400);
    await expect.poll(() => isRunning(pid), SOON).toBe(false);
  });
});

test('a client that does not read its answer does not keep the button “End” waiting', async () => {
  await start({ claudeTimes: { endMs: 500 } });
  // More than the sockets and the app's own queue take.
  app.api.setDefaultAnswer(text(...Array.from({ length: 4_000 }, () => 'x'.repeat(10_000))));
  const response = await requestWithoutReading({ model: 'sonnet', messages: [user('A long one')], stream: true });
  const conversation = String(response.headers['x-claudacity-conversation']);
  const pid = conversationRow(app, conversation).pid ?? Number.NaN;
  await settles(() => response.socket.bytesRead);

  await app.core.calls['conversations.end'](conversation);

  expect(app.core.snapshot().conversations).toEqual([]);
  await expect.poll(() => isRunning(pid), SOON).toBe(false);
  response.destroy();
});

/** Resolves when the number has not changed for a second. */
async function settles(read: () => number): Promise<void> {
  let last = -1;
  const isSame = () => {
    const before = last;
    last = read();
    return last === before;
  };
  await expect.poll(isSame, { ...SOON, interval: 1_000 }).toBe(true);
}

/** Resolves when the headers have arrived. */
function requestWithoutReading(body: object): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${app.url}/v1/chat/completions`, { method: 'POST' });
    outgoing.once('response', resolve).once('error', reject);
    outgoing.end(JSON.stringify(body));
  });
}

describe('a turn in which the CLI writes nothing for the time of the setting', () => {
  const PATHS = ['/api/chat', '/v1/chat/completions', '/v1/messages'];
  const SILENCE = { turnTimeoutMinutes: SHORT_MS / 60_000 };

  function post(path: string, stream: boolean): Promise<Response> {
    const body = { model: 'sonnet', messages: [user(`${path} ${stream}`)], max_tokens: 100, stream };
    return fetch(app.url + path, { method: 'POST', body: JSON.stringify(body) });
  }

  test.each<[string, Step[]]>([
    ['the API sends nothing', [hang()]],
    ['the API stops in the middle of its answer', [text('Hel'), hang()]],
  ])('since %s is an error in each dialect that says so', async (_, steps) => {
    await start({ settings: SILENCE });
    app.api.setDefaultAnswer(...steps);

    const streams = PATHS.map((path) => post(path, true));
    const bodies = PATHS.map((path) => post(path, false));

    for (const response of await Promise.all(streams)) {
      expect(response.status).toBe(steps.length > 1 ? 200 : 504);
      expect(await response.text()).toContain('wrote nothing for 4 s');
    }
    for (const response of await Promise.all(bodies)) {
      expect(response.status).toBe(504);
      expect(await response.text()).toContain('wrote nothing for 4 s');
    }
    // Nothing is asked twice.
    expect(app.api.requests).toHaveLength(6);
    expect(app.core.snapshot().conversations).toEqual([]);
  });

  test('since its process is stopped ends the answer with an error, and the process', async () => {
    await start({ settings: SILENCE });
    app.api.answer(text('Hel'), hang());
    const stream = await startStream(app, [user('Stop')]);
    const pid = conversationRow(app, stream.conversation).pid ?? Number.NaN;

    process.kill(pid, 'SIGSTOP');

    expect(await stream.rest()).toContain('wrote nothing for 4 s');
    await expect.poll(() => isRunning(pid), SOON).toBe(false);
    expect((await ask(app, [user('Next')])).text).toBe('OK');
  });
});

test.skipIf(process.platform === 'win32')('a request for which no process comes up is refused with 503', async () => {
  const folder = await scratchFolder();
  const cli = await wrapCli(folder);
  await start({
    env: { CLAUDE_PATH: cli.path },
    claudeTimes: { initializeMs: SHORT_MS },
    // Otherwise the process that has started would answer.
    settings: { maxProcesses: 1, reuseProcesses: false },
  });
  await cli.set('silent');

  const answer = await ask(app, [{ role: 'system', content: 'Another prompt' }, user('Hello')]);

  expect(answer).toMatchObject({ status: 503, text: expect.stringContaining('initialize') });
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  await cli.set('works');
  await expect.poll(async () => (await ask(app, [user('Hello')])).status, { timeout: 30_000 }).toBe(200);
  await removeFolder(folder);
});
