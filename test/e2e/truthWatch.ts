/** Samples what the window says every 100 ms, and compares each sample with what is possible at its moment. */
import type { Page } from '@playwright/test';
import { expect } from './desktopTest';

const SAMPLE_MS = 100;
/** How long a state that nothing changes is looked at. */
const HOLD_MS = 500;

/** By name: the outcome of the request that asked this, or the phases of the live conversations with this title, in alphabetical order. */
type States = Record<string, string>;

interface Sample {
  at: number;
  /** In the log. */
  outcomes: States;
  /** In the topic of live conversations. */
  topic: Phase[];
  /** In the list of active conversations. */
  screen: Phase[];
  header: string;
}

interface Phase {
  id: string;
  phase: string;
}

interface Watched {
  samples: Sample[];
  /** Of the conversations, by id. */
  titles: States;
}

declare global {
  interface Window {
    watched?: Watched;
  }
}

/** From when on which states are possible. `none`: it is not shown. */
interface Possible {
  at: number;
  of: 'request' | 'conversation';
  name: string;
  states: readonly string[];
}

export interface Settled {
  asked: string;
  outcome: string;
  /** Of the conversation: the first words of its first question. */
  title: string;
  phases: string;
}

export interface Report {
  samples: number;
  /** What was shown and not possible. */
  wrong: string[];
  /** In how many samples a conversation was in each phase, both in the topic and on the screen. */
  phases: Readonly<Record<string, number>>;
}

/** Begins to sample. The page Requests is to be shown, with its overview. */
export async function watch(page: Page) {
  await page.evaluate(sampleEvery, SAMPLE_MS);
  const watched = async () => (await page.evaluate(() => window.watched)) ?? { samples: [], titles: {} };
  const possible: Possible[] = [];
  const allow = (of: Possible['of'], name: string, states: readonly string[]) =>
    possible.push({ at: Date.now(), of, name, states });
  return {
    /** From now on, the request may be shown with these outcomes and no others. Widen before something happens, narrow once it is shown. */
    allow: (asked: string, ...outcomes: string[]) => allow('request', asked, outcomes),
    /** The same for the phases of the conversations with this title: `answering+parked` where there are two. */
    allowPhases: (title: string, ...phases: string[]) => allow('conversation', title, phases),
    /** Waits until the window shows this, and sees to it that it stays. */
    async settles({ asked, outcome, title, phases }: Settled) {
      const row = page.getByRole('grid', { name: 'Request log' }).getByRole('row').filter({ hasText: asked });
      await expect(row.locator('[data-outcome]').first()).toHaveAttribute('data-outcome', outcome);
      const shown = async () => {
        const { samples, titles } = await watched();
        return [samples.at(-1)?.topic, samples.at(-1)?.screen].map((rows) => byTitle(rows, titles)[title] ?? 'none');
      };
      await expect.poll(shown).toEqual([phases, phases]);
      allow('request', asked, [outcome]);
      allow('conversation', title, [phases]);
      await page.waitForTimeout(HOLD_MS);
    },
    async report(): Promise<Report> {
      const { samples, titles } = await watched();
      const wrong = samples.flatMap((sample) => falseStates(sample, titles, possible));
      return { samples: samples.length, wrong, phases: countPhases(samples) };
    },
  };
}

/** Runs in the page. */
function sampleEvery(ms: number): void {
  const samples: Sample[] = [];
  const titles: Record<string, string> = {};
  window.watched = { samples, titles };
  let live: Phase[] = [];
  window.claudacity.subscribe(['conversations'], ({ values: { conversations } }) => {
    if (!conversations) return;
    live = conversations.map(({ id, phase }) => ({ id, phase }));
    for (const { id, title } of conversations) titles[id] = title;
  });
  setInterval(() => {
    const outcomes: Record<string, string> = {};
    for (const row of document.querySelectorAll('[role="grid"] [role="row"]')) {
      const asked = row.querySelector('.c-asked')?.textContent;
      const outcome = row.querySelector<HTMLElement>('[data-outcome]')?.dataset.outcome;
      if (asked && outcome) outcomes[asked] = outcome;
    }
    // The last line of its tip is its id.
    const screen = [...document.querySelectorAll<HTMLElement>('li.conversation')].map(({ title, dataset }) => ({
      id: title.split('\n').at(-1) ?? '',
      phase: dataset.phase ?? '',
    }));
    const header = document.querySelector('.server-phase')?.textContent ?? '';
    samples.push({ at: Date.now(), outcomes, topic: live, screen, header });
  }, ms);
}

/** The page may draw a conversation before the watch has heard of it, so titles are looked up afterwards. */
function byTitle(rows: readonly Phase[] | undefined, titles: States): States {
  const states: States = {};
  for (const { id, phase } of rows ?? []) {
    const title = titles[id] ?? id;
    states[title] = [...(states[title]?.split('+') ?? []), phase].sort().join('+');
  }
  return states;
}

function falseStates(sample: Sample, titles: States, possible: readonly Possible[]): string[] {
  const { at, outcomes, header } = sample;
  const [topic, screen] = [byTitle(sample.topic, titles), byTitle(sample.screen, titles)];
  const latest = new Map<string, Possible>();
  for (const one of possible) if (one.at <= at) latest.set(`${one.of} ${one.name}`, one);
  const wrong = [...latest.values()].flatMap(({ of, name, states }) => {
    const places: Record<string, States> = of === 'request' ? { log: outcomes } : { topic, screen };
    return Object.entries(places).flatMap(([place, shown]) => {
      const state = shown[name] ?? 'none';
      return states.includes(state) ? [] : [`${name} in the ${place}: ${state}`];
    });
  });
  return header === 'Running' ? wrong : [...wrong, `header: ${header}`];
}

function countPhases(samples: readonly Sample[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { topic, screen } of samples) {
    const onScreen = new Set(screen.map(({ phase }) => phase));
    for (const phase of new Set(topic.map((one) => one.phase)))
      if (onScreen.has(phase)) counts[phase] = (counts[phase] ?? 0) + 1;
  }
  return counts;
}
