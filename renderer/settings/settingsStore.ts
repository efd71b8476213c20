/** The state of the settings page: edits that are not saved yet, which wait here while another page is shown. */
import { callErrorText } from '../state/callErrorText';
import type { Services } from '../state/services';
import { createStore, type ReadableStore } from '../state/store';
import { type ChangedSettings, type SettingsDraft, settingsDraft } from './settingsDraft';

export interface SettingsState {
  /** What differs from the saved settings. */
  edits: Partial<SettingsDraft>;
  /** Faults are shown once the user has tried to save. */
  showsFaults: boolean;
  /** `saved` until the next edit. */
  phase: 'editing' | 'saving' | 'saved';
  /** Why the app has refused the last save. */
  refusal: string | null;
}

export interface SettingsStore extends ReadableStore<SettingsState> {
  edit(change: Partial<SettingsDraft>): void;
  discard(): void;
  showFaults(): void;
  save(changed: ChangedSettings): Promise<void>;
  /** Stops saying that the last edits are saved. */
  forgetSaved(): void;
  /** In pixels; changed in place. */
  scrollTop: number;
}

const NO_EDITS: SettingsState = { edits: {}, showsFaults: false, phase: 'editing', refusal: null };

export function createSettingsStore({ appStore, commands, navigation }: Services, pageId: string): SettingsStore {
  const store = createStore<SettingsState>(NO_EDITS);
  const set = (change: Partial<SettingsState>) => {
    store.set(change);
    navigation.setNote(pageId, Object.keys(store.state().edits).length > 0 ? 'Unsaved changes' : '');
  };
  /** The edits that still differ from what is saved. */
  const pending = (edits: Partial<SettingsDraft>): Partial<SettingsDraft> => {
    const { app } = appStore.state();
    if (!app) return edits;
    const saved: Record<string, unknown> = { ...settingsDraft(app.settings, app.loginItem) };
    return Object.fromEntries(Object.entries(edits).filter(([name, value]) => value !== saved[name]));
  };
  return {
    state: store.state,
    subscribe: store.subscribe,
    scrollTop: 0,
    edit(change) {
      const phase = store.state().phase === 'saving' ? 'saving' : 'editing';
      set({ edits: pending({ ...store.state().edits, ...change }), phase, refusal: null });
    },
    discard: () => set(NO_EDITS),
    forgetSaved() {
      if (store.state().phase === 'saved') set({ phase: 'editing' });
    },
    showFaults: () => set({ showsFaults: true }),
    async save({ settings, openAtLogin }) {
      set({ phase: 'saving', refusal: null });
      const { edits } = store.state();
      try {
        if (Object.keys(settings).length > 0) await commands.call('settings.change', settings);
        if (openAtLogin !== null) await commands.call('loginItem.set', openAtLogin);
        // An edit made while the app was saving is still to be saved.
        const later = Object.entries(store.state().edits).filter(([name, value]) => value !== Reflect.get(edits, name));
        const remaining: Partial<SettingsDraft> = Object.fromEntries(later);
        set({ ...NO_EDITS, edits: remaining, phase: later.length > 0 ? 'editing' : 'saved' });
      } catch (error) {
        set({ phase: 'editing', refusal: callErrorText(error) });
      }
    },
  };
}
