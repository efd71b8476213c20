/**
 * What the window says is true at every moment: it is sampled every 100 ms while conversations are new, live, rewound, waiting for a tool, stopped,
 * hung up and broken, and each sample is compared with what is possible at that moment.
 */
import path from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import type { Page } from '@playwright/test';
import { gate, reset, text, toolUse, usage } from '../support/messagesApi';
import { expect, requestRow, test } from './desktopTest';

const SAMPLE_MS = 100;
/** How long a state that nothing changes is looked at. */
const HOLD_MS = 500;

interface Sample {
  at: number;
  /** The outcome of each request that the log shows, by what was asked. */
  outcomes: Record<string, string>;
  /** The phase of each live conversation. */
  phases: string[];
  header: string;
}

declare global {
  interface Window {
    samples?: Sample[];
  }
}

/** From when on which outcomes are possible. `none`: the log does not show the request. */
interface Possible {
  at: number;
  asked: string;
  outcomes: readonly string[];
}

async function watch(page: Page) {
  await page.evaluate((every) => {
    window.samples = [];
    setInterval(() => {
      const outcomes: Record<string, string> = {};
      for (const row of document.querySelectorAll('[role="grid"] [role="row"]')) {
        const asked = row.querySelector('.c-asked')?.textContent;
        const outcome = row.querySelector<HTMLElement>('[data-outcome]')?.dataset.outcome;
        if (asked && outcome) outcomes[asked] = outcome;
      }
      const conversations = [...document.querySelectorAll<HTMLElement>('li.conversation')];
      window.samples?.push({
        at: Date.now(),
        outcomes,
        phases: conversations.map(({ dataset }) => dataset.phase ?? ''),
        header: document.querySelector('.server-phase')?.textContent ?? '',
      });
    }, every);
  }, SAMPLE_MS);
  const possible: Possible[] = [];
  const allow = (asked: string, ...outcomes: string[]) => possible.push({ at: Date.now(), asked, outcomes });
  return {
    /** From now on, the request may be shown with these outcomes and no others. Widen before something happens, narrow once it is shown. */
    allow,
    /** Waits until the window shows the outcome, and sees to it that it stays. */
    async settles(asked: string, outcome: string) {
      const row = page.getByRole('grid', { name: 'Request log' }).getByRole('row').filter({ hasText: asked });
      await expect(row.locator('[data-outcome]').first()).toHaveAttribute('data-outcome', outcome);
      allow(asked, outcome);
      await page.waitForTimeout(HOLD_MS);
    },
    /** The samples that say what was not possible, and the number of all. */
    async falseSamples(): Promise<{ samples: number; wrong: string[] }> {
      const samples = (await page.evaluate(() => window.samples)) ?? [];
      const wrong = samples.flatMap(({ at, outcomes, header }) => {
        const asked = [...new Set(possible.map((one) => one.asked))];
        const impossible = asked.flatMap((one) => {
          const shown = outcomes[one] ?? 'none';
          const latest = possible.filter((entry) => entry.asked === one && entry.at <= at).at(-1);
          return latest === undefined || latest.outcomes.includes(shown) ? [] : [`${one}: ${shown}`];
        });
        return header === 'Running' ? impossible : [...impossible, `header: ${header}`];
      });
      return { samples: samples.length, wrong };
    },
  };
}

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
  /** Goes through a whole answer, and looks at each of its states. @returns what the client got */
  const answered = async (request: Ask) => {
    const [begin, rest] = [gate(), gate()];
    api.answer(begin, text('One'), rest, text(' two.'), counted(100, 20));
    window.allow(request.asked, 'none', 'waiting');
    const response = ask(request);
    await begin.reached;
    await window.settles(request.asked, 'waiting');
    window.allow(request.asked, 'waiting', 'answering');
    begin.open();
    await rest.reached;
    await window.settles(request.asked, 'answering');
    window.allow(request.asked, 'answering', 'answered');
    rest.open();
    const body = await (await response).text();
    await window.settles(request.asked, 'answered');
    expect(body).toContain('two.');
  };
  const user = (content: string) => ({ role: 'user', content });
  const assistant = (content: string) => ({ role: 'assistant', content });

  await answered({ asked: 'A new question', messages: [user('A new question')] });
  const history = [user('A new question'), assistant('One two.')];
  await answered({ asked: 'A live question', messages: [...history, user('A live question')] });
  await answered({ asked: 'An edited question', messages: [...history, user('An edited question')] });

  // A tool's call, and the request that brings its result.
  const tools = [{ type: 'function', function: { name: 'tide', parameters: { type: 'object', properties: {} } } }];
  const asksForTool = { asked: 'When is high tide?', messages: [user('When is high tide?')], tools };
  const call = gate();
  api.answer(toolUse('tide', {}, { id: 'toolu_tide' }), call, counted(100, 30));
  window.allow(asksForTool.asked, 'none', 'waiting', 'answering', 'called_tools');
  const calling = ask(asksForTool);
  call.open();
  const called = await (await calling).text();
  await window.settles(asksForTool.asked, 'called_tools');
  await expect(page.locator('li.conversation[data-phase="waiting_for_tool"]')).toHaveCount(1);
  const callId = /"id":"(toolu_[^"]+|call_[^"]+)"/.exec(called)?.[1] ?? '';
  const toolCall = { id: callId, type: 'function', function: { name: 'tide', arguments: '{}' } };
  api.answer(text('At six.'), counted(150, 10));
  const withResult = await ask({
    asked: '',
    messages: [
      ...asksForTool.messages,
      { role: 'assistant', content: null, tool_calls: [toolCall] },
      { role: 'tool', tool_call_id: callId, content: 'six' },
    ],
    tools,
  });
  expect(await withResult.text()).toContain('At six.');
  await expect(page.locator('li.conversation[data-phase="waiting_for_tool"]')).toHaveCount(0);
  await window.settles(asksForTool.asked, 'called_tools');

  // Stopped in the window.
  const never = gate();
  api.answer(text('Never'), never);
  window.allow('Will be stopped', 'none', 'waiting', 'answering');
  const stopping = ask({ asked: 'Will be stopped', messages: [user('Will be stopped')] }).then((one) => one.text());
  await never.reached;
  await window.settles('Will be stopped', 'answering');
  window.allow('Will be stopped', 'answering', 'stopped');
  await requestRow(page, /Will be stopped/).click();
  await page.keyboard.press('Enter');
  await page.getByRole('complementary').getByRole('button', { name: 'Stop', exact: true }).click();
  await stopping.catch(() => undefined);
  await window.settles('Will be stopped', 'stopped');
  await page.keyboard.press('Escape');

  // The client hangs up.
  const left = gate();
  const leaving = new AbortController();
  api.answer(text('Never'), left);
  window.allow('Will be left', 'none', 'waiting', 'answering');
  const hangingUp = ask({ asked: 'Will be left', messages: [user('Will be left')], signal: leaving.signal });
  await left.reached;
  await window.settles('Will be left', 'answering');
  window.allow('Will be left', 'answering', 'hung_up');
  leaving.abort();
  await hangingUp.then((one) => one.text()).catch(() => undefined);
  await window.settles('Will be left', 'hung_up');

  // The API breaks off.
  const breaks = gate();
  api.answer(text('Half'), breaks, reset());
  window.allow('Will break off', 'none', 'waiting', 'answering');
  const breaking = ask({ asked: 'Will break off', messages: [user('Will break off')] }).then((one) => one.text());
  await breaks.reached;
  await window.settles('Will break off', 'answering');
  window.allow('Will break off', 'answering', 'broke_off', 'failed');
  breaks.open();
  await breaking.catch(() => undefined);
  await window.settles('Will break off', 'broke_off');

  const { samples, wrong } = await window.falseSamples();
  test.info().annotations.push({ type: 'samples', description: `${samples}, of which ${wrong.length} false` });
  expect(wrong).toEqual([]);
  expect(samples).toBeGreaterThan(60);

  await expectEqualSums(page, url, home, spent);
});

/** The counts of the scripted API, the window, `/metrics` and the database. The requests that broke off have no output and no cost. */
async function expectEqualSums(
  page: Page,
  url: string,
  home: string,
  spent: { input: number; output: number; requests: number },
): Promise<void> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const metric = (pattern: RegExp) => [...metrics.matchAll(pattern)].reduce((sum, [, value]) => sum + Number(value), 0);
  const output = metric(/^claudacity_tokens_total\{kind="output"[^}]*\} (\d+)/gm);
  const requests = metric(/^claudacity_requests_total\{[^}]*chat\/completions[^}]*\} (\d+)/gm);
  expect({ output, requests }).toEqual({ output: spent.output, requests: spent.requests });

  const database = new DatabaseSync(path.join(home, 'data', 'claudacity.db'), { readOnly: true });
  try {
    const stored = () => database.prepare('SELECT count(*) AS requests, sum(output) AS output FROM requests').get();
    await expect.poll(stored).toMatchObject({ requests: spent.requests, output: spent.output });
    const byHour = database.prepare('SELECT sum(requests) AS requests, sum(output) AS output FROM usage').get();
    expect(byHour).toMatchObject({ requests: spent.requests, output: spent.output });
  } finally {
    database.close();
  }

  const shown = await page.evaluate(
    () =>
      new Promise<{ requests: number; output: number } | undefined>((resolve) => {
        window.claudacity.subscribe(['usage'], ({ values: { usage } }) =>
          resolve(usage && { requests: usage.requests, output: usage.usage.output }),
        );
      }),
  );
  expect(shown).toEqual({ requests: spent.requests, output: spent.output });
}
