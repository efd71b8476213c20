/** The state of the home page, which outlives switching to another page. */
import type { HomeReport } from '../../app/shared/contract';
import type { Services } from '../state/services';
import { createStore, type ReadableStore } from '../state/store';

export interface HomeState {
  report: HomeReport | null;
  /** What is being typed. */
  draft: string;
  /** The model that is asked; '' for the first one of the list. */
  model: string;
  /** Of the first steps: not seen with anything left to do, being taken, or put away by the user. */
  steps: StepsState;
}

export type StepsState = 'unseen' | 'open' | 'dismissed';

export interface HomeStore extends ReadableStore<HomeState> {
  set(change: Partial<Pick<HomeState, 'draft' | 'model' | 'steps'>>): void;
  /** Reads the report again; where that fails, the last one stays. */
  reload(): void;
}

const STEPS = 'home-first-steps';
const MODEL = 'home-model';

export function createHomeStore({ commands }: Pick<Services, 'commands'>): HomeStore {
  const steps = localStorage.getItem(STEPS);
  const store = createStore<HomeState>({
    ...{ report: null, draft: '', model: localStorage.getItem(MODEL) ?? '' },
    steps: steps === 'open' || steps === 'dismissed' ? steps : 'unseen',
  });
  return {
    state: store.state,
    subscribe: store.subscribe,
    set(change) {
      store.set(change);
      if (change.steps !== undefined) localStorage.setItem(STEPS, change.steps);
      if (change.model !== undefined) localStorage.setItem(MODEL, change.model);
    },
    reload() {
      commands.call('home.query').then(
        (report) => store.set({ report }),
        () => undefined,
      );
    },
  };
}
