/**
 * What the window says is true at every moment: it is sampled every 100 ms while conversations are new, live, rewound, waiting for a tool, stopped,
 * hung up and broken, and each sample is compared with what is possible at that moment. The pages Requests and Conversations take turns. The sums
 * are equal wherever they are told.
 */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { DatabaseSync } from '@photostructure/sqlite';
import type { Page } from '@playwright/test';
import { z } from 'zod';
import type { DayUsage } from '../../app/shared/reports/dayUsage';
import { claudePath, cliEnvironment, leftoverProcesses, removeFolder, scratchFolder } from '../support/cli';
import { gate, reset, startMessagesApi, text, toolUse, usage } from '../support/messagesApi';
import { expect, requestRow, test } from './desktopTest';
import { watch } from './truthWatch';

test.describe.configure({ timeout: 120_000 });

test('no sample of the window shows a state that is not so, and the sums agree everywhere', async ({
  desktop,
  api,
  home,
}) => {
  const page = await desktop.window();
  const url = await desktop.url();
  await expect(page.getByRole('status').first()).toHaveText('Running');
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('button', { name: 'Requests' }).click();
  const window = await watch(page);
  const spent = { input: 0, output: 0, requests: 0 };
  const counted = (input: number, output: number) => {
    spent.input += input;
    spent.output += output;
    return usage({ input, output });
  };

  interface Ask {
    asked: string;
    messages: object[];
    tools?: object[];
    signal?: AbortSignal;
  }
  const ask = ({ messages, tools, signal }: Ask) => {
    spent.requests += 1;
    return fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'sonnet', stream: true, messages, ...(tools && { tools }) }),
      ...(signal && { signal }),
    });
  };
  const user = (content: string) => ({ role: 'user', content });
  const assistant = (content: string) => ({ role: 'assistant', content });
  const first = 'A new question';
  const tide = 'When is high tide?';

  /**
   * Goes through a whole answer in the conversation that begins with `first`, and looks at each of its states.
   * @param before the phases of the conversations with that title
   * @param beside the phase of another one meanwhile
   * @param held stops the CLI's processes until it is seen that the conversation is being prepared
   */
  const answered = async (request: Ask, before: string, { beside, held = false }: Rest = {}) => {
    const { asked } = request;
    const phases = (phase: string) => [phase, ...(beside ? [beside] : [])].sort().join('+');
    const settles = (outcome: string, phase: string) =>
      window.settles({ asked, outcome, title: first, phases: phases(phase) });
    const [begin, rest] = [gate(), gate()];
    api.answer(begin, text('One'), rest, text(' two.'), counted(100, 20));
    window.allow(asked, 'none', 'waiting');
    window.allowPhases(first, before, phases('preparing'), phases('answering'));
    const processes = held ? await claudeProcesses(home) : [];
    for (const pid of processes) process.kill(pid, 'SIGSTOP');
    const response = ask(request);
    if (held) {
      await settles('waiting', 'preparing');
      window.allowPhases(first, phases('preparing'), phases('answering'));
    }
    for (const pid of processes) process.kill(pid, 'SIGCONT');
    await begin.reached;
    await settles('waiting', 'answering');
    window.allow(asked, 'waiting', 'answering');
    begin.open();
    await rest.reached;
    await settles('answering', 'answering');
    window.allow(asked, 'answering', 'answered');
    window.allowPhases(first, phases('answering'), phases('idle'));
    rest.open();
    const body = await (await response).text();
    await settles('answered', 'idle');
    expect(body).toContain('two.');
  };

  const history = [user(first), assistant('One two.')];
  await answered({ asked: first, messages: [user(first)] }, 'none');
  await answered({ asked: 'A live question', messages: [...history, user('A live question')] }, 'idle');
  const edited = { asked: 'An edited question', messages: [...history, user('An edited question')] };
  await answered(edited, 'idle', { beside: 'parked', held: true });

  // A tool's call, and the request that brings its result.
  const tools = [{ type: 'function', function: { name: 'tide', parameters: { type: 'object', properties: {} } } }];
  const asksForTool = { asked: tide, messages: [user(tide)], tools };
  const call = gate();
  api.answer(toolUse('tide', {}, { id: 'toolu_tide' }), call, counted(100, 30));
  window.allow(tide, 'none', 'waiting', 'answering', 'called_tools');
  window.allowPhases(tide, 'none', 'preparing', 'answering', 'waiting_for_tool');
  const calling = ask(asksForTool);
  call.open();
  const called = await (await calling).text();
  await window.settles({ asked: tide, outcome: 'called_tools', title: tide, phases: 'waiting_for_tool' });
  const callId = /"id":"(toolu_[^"]+|call_[^"]+)"/.exec(called)?.[1] ?? '';
  const toolCall = { id: callId, type: 'function', function: { name: 'tide', arguments: '{}' } };
  const withResult = [
    ...asksForTool.messages,
    { role: 'assistant', content: null, tool_calls: [toolCall] },
    { role: 'tool', tool_call_id: callId, content: 'six' },
  ];
  api.answer(text('At six.'), counted(150, 10));
  window.allowPhases(tide, 'waiting_for_tool', 'preparing', 'answering', 'idle');
  expect(await (await ask({ asked: '', messages: withResult, tools })).text()).toContain('At six.');
  await window.settles({ asked: tide, outcome: 'called_tools', title: tide, phases: 'idle' });

  /**
   * Looks at an answer that does not come to its end.
   * @param before the phase of its conversation, which it has afterwards as well
   */
  const endsEarly = async (request: Ask & { title?: string }, before: string, outcome: string, end: EndEarly) => {
    const { asked, title = asked } = request;
    const stopped = gate();
    api.answer(text('Half'), stopped, reset());
    window.allow(asked, 'none', 'waiting', 'answering');
    window.allowPhases(title, before, 'preparing', 'answering');
    const response = ask(request).then((one) => one.text());
    await stopped.reached;
    await window.settles({ asked, outcome: 'answering', title, phases: 'answering' });
    // It has failed once the error is known, and broken off once the row is complete.
    window.allow(asked, 'answering', outcome, ...(outcome === 'broke_off' ? ['failed'] : []));
    window.allowPhases(title, 'answering', before);
    await end({ asked, breakOff: stopped.open });
    await response.catch(() => undefined);
    await window.settles({ asked, outcome, title, phases: before });
  };
  const stop: EndEarly = async ({ asked }) => {
    await window.show('Requests');
    await requestRow(page, new RegExp(asked)).click();
    await page.keyboard.press('Enter');
    await page.getByRole('complementary').getByRole('button', { name: 'Stop', exact: true }).click();
    await page.keyboard.press('Escape');
  };
  const leaving = new AbortController();
  const goesOn = [...withResult, assistant('At six.'), user('Will be stopped, too')];
  await endsEarly({ asked: 'Will stop at once', messages: [user('Will stop at once')] }, 'none', 'stopped', stop);
  await endsEarly({ asked: 'Will be stopped, too', title: tide, messages: goesOn, tools }, 'idle', 'stopped', stop);
  await endsEarly(
    { asked: 'Will be left', messages: [user('Will be left')], signal: leaving.signal },
    'none',
    'hung_up',
    async () => leaving.abort(),
  );
  await endsEarly({ asked: 'Will break off', messages: [user('Will break off')] }, 'none', 'broke_off', async (turn) =>
    turn.breakOff(),
  );
  // The conversation goes on after what was stopped, and is not charged for it.
  api.answer(text('Low at noon.'), counted(170, 12));
  window.allowPhases(tide, 'idle', 'preparing', 'answering');
  const last = [...withResult, assistant('At six.'), user('And low?')];
  expect(await (await ask({ asked: '', messages: last, tools })).text()).toContain('Low at noon.');
  await window.settles({ asked: 'And low?', outcome: 'answered', title: tide, phases: 'idle' });

  const { samples, wrong, opened, phases } = await window.report();
  const seen = Object.entries(phases).map(([shown, counts]) => `${shown}: ${JSON.stringify(counts)}`);
  const description = `${samples}, of which ${wrong.length} false, ${opened} with an open conversation; ${seen.join(', ')}`;
  test.info().annotations.push({ type: 'samples', description });
  expect(wrong).toEqual([]);
  expect(samples).toBeGreaterThan(100);
  expect(opened).toBeGreaterThan(30);
  for (const [shown, counts] of Object.entries(phases))
    for (const phase of ['preparing', 'answering', 'idle', 'parked', 'waiting_for_tool'])
      expect(counts[phase], `${phase} on ${shown}`).toBeGreaterThan(1);

  await expectEqualSums(page, url, home, { ...spent, costUsd: await priceOf(spent) });
});

interface Rest {
  beside?: string;
  held?: boolean;
}

/** The app's processes of the CLI that hold conversations. */
async function claudeProcesses(home: string): Promise<number[]> {
  const all = await leftoverProcesses(home);
  return all.filter(({ command }) => command.includes('stream-json')).map(({ pid }) => pid);
}

type EndEarly = (turn: { asked: string; breakOff: () => void }) => Promise<void>;

/** The counts of the scripted API, the window, `/metrics` and the database. The requests that broke off have no output and no cost. */
async function expectEqualSums(
  page: Page,
  url: string,
  home: string,
  spent: { input: number; output: number; requests: number; costUsd: number },
): Promise<void> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const metric = (pattern: RegExp) => [...metrics.matchAll(pattern)].reduce((sum, [, value]) => sum + Number(value), 0);
  const output = metric(/^claudacity_tokens_total\{kind="output"[^}]*\} (\d+)/gm);
  const requests = metric(/^claudacity_requests_total\{[^}]*chat\/completions[^}]*\} (\d+)/gm);
  expect({ output, requests }).toEqual({ output: spent.output, requests: spent.requests });
  expect(metric(/^claudacity_cost_usd_total\{[^}]*\} (\S+)/gm)).toBeCloseTo(spent.costUsd, DECIMALS);

  const database = new DatabaseSync(path.join(home, 'data', 'claudacity.db'), { readOnly: true });
  try {
    const stored = () =>
      database.prepare('SELECT count(*) AS requests, sum(output) AS output, sum(cost_usd) AS cost FROM requests').get();
    await expect.poll(stored).toMatchObject({ requests: spent.requests, output: spent.output });
    const byHour = database
      .prepare('SELECT sum(requests) AS requests, sum(output) AS output, sum(cost_usd) AS cost FROM usage')
      .get();
    expect(byHour).toMatchObject({ requests: spent.requests, output: spent.output });
    for (const sums of [stored(), byHour]) expect(Number(sums?.cost)).toBeCloseTo(spent.costUsd, DECIMALS);
  } finally {
    database.close();
  }

  const shown = await page.evaluate(
    () =>
      new Promise<DayUsage | undefined>((resolve) => {
        window.claudacity.subscribe(['usage'], ({ values: { usage } }) => resolve(usage));
      }),
  );
  expect([shown?.requests, shown?.usage.output]).toEqual([spent.requests, spent.output]);
  expect(shown?.usage.costUsd).toBeCloseTo(spent.costUsd, DECIMALS);
}

/** Of US dollars: the sums are of binary fractions. */
const DECIMALS = 9;

/** What the CLI says by itself that so many tokens cost, without the app. In US dollars. */
async function priceOf({ input, output }: { input: number; output: number }): Promise<number> {
  const home = await scratchFolder();
  const api = await startMessagesApi();
  try {
    api.answer(text('Yes.'), usage({ input, output }));
    const args = ['-p', 'How much?', '--model', 'sonnet', '--output-format', 'json', '--tools', '', '--safe-mode'];
    const asked = promisify(execFile)(claudePath(), args, { env: cliEnvironment(api, home), cwd: home });
    asked.child.stdin?.end();
    return Result.parse(JSON.parse((await asked).stdout)).total_cost_usd;
  } finally {
    await api.close();
    await removeFolder(home);
  }
}

const Result = z.object({ total_cost_usd: z.number().positive() });
