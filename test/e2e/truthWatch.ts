/** Samples what the window says every 100 ms, and compares each sample with what is possible at its moment. */
import type { Page } from '@playwright/test';
import { expect, requestLog } from './desktopTest';

const SAMPLE_MS = 100;
/** How long a state that nothing changes is looked at, on each page. */
const HOLD_MS = 350;

/** The pages that are sampled: one shows the log and the active conversations, the other lists the conversations and opens one of them. */
type ShownPage = 'Requests' | 'Conversations';

const SHORTCUTS = { Requests: 'Control+2', Conversations: 'Control+3' } as const;

/** By name: the outcome of the request that asked this, or the phases of the live conversations with this title, in alphabetical order. */
type States = Record<string, string>;

interface Sample {
  at: number;
  /** Undefined while neither is drawn. */
  page: ShownPage | undefined;
  /** In the log, on its page. */
  outcomes: States;
  /** In the topic of live conversations. */
  topic: Phase[];
  /** In the list of the page, in its words where it always has some. */
  screen: Phase[];
  /** Whether a live conversation is open, so that its head says what it is doing. */
  isOpen: boolean;
  /** Where two parts of the page contradict each other. */
  contradictions: string[];
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
  /** In how many the head of an open conversation was compared with the list. */
  opened: number;
  /** By page: in how many samples a conversation was in each phase, both in the topic and on the screen. */
  phases: Readonly<Record<ShownPage, Readonly<Record<string, number>>>>;
}

/** Begins to sample. The page Requests is to be shown, with its overview. */
export async function watch(page: Page) {
  await page.evaluate(sampleEvery, SAMPLE_MS);
  let shownPage: ShownPage = 'Requests';
  const show = async (title: ShownPage) => {
    if (title === shownPage) return;
    await page.keyboard.press(SHORTCUTS[title]);
    shownPage = title;
  };
  const watched = async () => (await page.evaluate(() => window.watched)) ?? { samples: [], titles: {} };
  const latest = () =>
    page.evaluate(() => ({ last: window.watched?.samples.at(-1), titles: window.watched?.titles ?? {} }));
  const possible: Possible[] = [];
  const allow = (of: Possible['of'], name: string, states: readonly string[]) =>
    possible.push({ at: Date.now(), of, name, states });
  return {
    /** From now on, the request may be shown with these outcomes and no others. Widen before something happens, narrow once it is shown. */
    allow: (asked: string, ...outcomes: string[]) => allow('request', asked, outcomes),
    /** The same for the phases of the conversations with this title: `answering+parked` where there are two. */
    allowPhases: (title: string, ...phases: string[]) => allow('conversation', title, phases),
    /** Opens a page, where it is not shown already. */
    show,
    /**
     * Waits until the page that is shown says this, and sees to it that it stays; then the same on the other page, which stays open: so what
     * comes next happens under the eyes of each page in turn.
     */
    async settles({ asked, outcome, title, phases }: Settled) {
      const shown = async () => {
        const { last, titles } = await latest();
        const [topic, screen] = [last?.topic, last?.screen].map((rows) => byTitle(rows, titles)[title] ?? 'none');
        return { page: last?.page, topic, screen };
      };
      for (const which of [shownPage, shownPage === 'Requests' ? 'Conversations' : 'Requests'] as const) {
        await show(which);
        const settled = { page: which, topic: phases, screen: phases };
        await expect.poll(shown, { intervals: [SAMPLE_MS / 2] }).toEqual(settled);
        allow('conversation', title, [phases]);
        if (which === 'Requests') {
          const row = requestLog(page).getByRole('row').filter({ hasText: asked });
          await expect(row.locator('[data-outcome]').first()).toHaveAttribute('data-outcome', outcome);
          allow('request', asked, [outcome]);
        } else {
          const option = page.getByRole('option').filter({ hasText: title }).first();
          if (phases !== 'none') await option.dispatchEvent('click');
        }
        await page.waitForTimeout(HOLD_MS);
      }
    },
    async report(): Promise<Report> {
      const { samples, titles } = await watched();
      const wrong = samples.flatMap((sample) => falseStates(sample, titles, possible));
      const ofPage = (title: ShownPage) => countPhases(samples.filter((sample) => sample.page === title));
      const phases = { Requests: ofPage('Requests'), Conversations: ofPage('Conversations') };
      const opened = samples.filter(({ isOpen }) => isOpen).length;
      return { samples: samples.length, wrong, opened, phases };
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
  const words: Record<string, string> = {
    preparing: 'preparing',
    answering: 'answering',
    'waiting for a tool': 'waiting_for_tool',
    idle: 'idle',
    parked: 'parked',
  };
  const logRows = () => {
    const outcomes: Record<string, string> = {};
    for (const row of document.querySelectorAll('[role="grid"] [role="row"]')) {
      const asked = row.querySelector('.c-asked')?.textContent;
      const outcome = row.querySelector<HTMLElement>('[data-outcome]')?.dataset.outcome;
      if (asked && outcome) outcomes[asked] = outcome;
    }
    return outcomes;
  };
  // The last line of its tip is its id. An idle one says when its process ends, in place of its phase.
  const activeOnes = () =>
    [...document.querySelectorAll<HTMLElement>('li.conversation')].map(({ title, dataset }) => ({
      id: title.split('\n').at(-1) ?? '',
      phase: dataset.phase ?? '',
      colour: dataset.phase ?? '',
    }));
  const listedOnes = () =>
    [...document.querySelectorAll<HTMLElement>('[role="option"][data-phase]')].map((option) => {
      const word = option.querySelector('.conv-when')?.textContent ?? '';
      return { id: option.id.replace('conversation-', ''), phase: words[word] ?? word, colour: option.dataset.phase };
    });
  setInterval(() => {
    const isList = document.querySelector('[role="listbox"][aria-label="Conversations"]') !== null;
    const isLog = document.querySelector('[role="grid"][aria-label="Request log"]') !== null;
    const header = document.querySelector('.server-phase')?.textContent ?? '';
    const rows = isList ? listedOnes() : isLog ? activeOnes() : [];
    const open = document.querySelector<HTMLElement>('.reader-phase')?.dataset.phase ?? null;
    const selected = document.querySelector('[role="option"][aria-selected="true"]');
    const contradictions = rows
      .filter(({ phase, colour }) => phase !== colour)
      .map(({ id, phase, colour }) => `${id}: the list says ${phase}, in the colour of ${colour}`);
    const listed = rows.find(({ id }) => selected?.id === `conversation-${id}`);
    if (isList && document.querySelector('.reader') && (listed?.phase ?? null) !== open)
      contradictions.push(`${selected?.id}: the list says ${listed?.phase}, the reader ${open}`);
    samples.push({
      at: Date.now(),
      page: isList ? 'Conversations' : isLog ? 'Requests' : undefined,
      outcomes: logRows(),
      topic: live,
      screen: rows.map(({ id, phase }) => ({ id, phase })),
      isOpen: open !== null,
      contradictions,
      header,
    });
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
  const { at, page, outcomes, header } = sample;
  const [topic, screen] = [byTitle(sample.topic, titles), byTitle(sample.screen, titles)];
  const latest = new Map<string, Possible>();
  for (const one of possible) if (one.at <= at) latest.set(`${one.of} ${one.name}`, one);
  const wrong = [...latest.values()].flatMap(({ of, name, states }) => {
    const onScreen: Record<string, States> =
      page === undefined
        ? {}
        : of === 'conversation'
          ? { [page]: screen }
          : page === 'Requests'
            ? { log: outcomes }
            : {};
    const places = of === 'request' ? onScreen : { topic, ...onScreen };
    return Object.entries(places).flatMap(([place, shown]) => {
      const state = shown[name] ?? 'none';
      return states.includes(state) ? [] : [`${name} in ${place}: ${state}`];
    });
  });
  return [...wrong, ...sample.contradictions, ...(header === 'Running' ? [] : [`header: ${header}`])];
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
