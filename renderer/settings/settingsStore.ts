/**
 * The state of the settings page. A change goes to the app at once; what the app refuses waits here with the reason, and what it has taken over
 * can be undone. Lives on while another page is shown.
 */
import type { AppSettings, ModelName } from '../../app/shared/contract';
import { type CheckedValue, settingText } from '../../app/shared/settingKinds';
import type { SettingWarning, ShownSettingName, ShownSettings } from '../../app/shared/settings';
import { callErrorText } from '../state/callErrorText';
import type { Services } from '../state/services';
import { createStore, type ReadableStore } from '../state/store';
import { groupOf, isTyped, settingLabel, warningOf } from './settingFacts';

/** What the page changes: the settings of the table, and whether the app opens at login. */
export type FieldName = ShownSettingName | 'openAtLogin';

/** What any of the settings of the table may be. */
export type SettingValue = AppSettings[ShownSettingName];

/** What the user has changed a setting to. */
interface Change {
  readonly name: ShownSettingName;
  readonly text: string;
  readonly value: SettingValue;
}

/** A change that the user has to confirm before it is made. */
export interface RiskyChange extends Change {
  readonly warning: SettingWarning;
}

export interface SettingsState {
  /** What is searched for; '' shows one group. */
  words: string;
  /** The id of the group that is shown. */
  group: string;
  /** What the page was opened for: a setting, a group or a part of one. A new object each time. */
  target: { readonly name: string } | null;
  /** What the user has typed and the app has not taken over. */
  drafts: Partial<Record<ShownSettingName, string>>;
  /** Why the app has not taken it over: a sentence. */
  refusals: Partial<Record<FieldName, string>>;
  saving: Partial<Record<FieldName, true>>;
  /** What was done with the settings that the user has changed since the page was opened. */
  outcomes: Partial<Record<FieldName, 'saved' | 'undone'>>;
  /** The changes that can be undone, the last one at the end. */
  undoable: readonly FormerValue[];
  /** The pinned settings that the user wants to change for this run. */
  unlocked: Partial<Record<ShownSettingName, true>>;
  confirming: RiskyChange | null;
  /** For screen readers. */
  announcement: string;
  /** The models that can be named; null until they are known, a text says why they are not. */
  models: readonly ModelName[] | string | null;
}

/** What a change has replaced. */
export interface FormerValue {
  readonly name: FieldName;
  readonly value: SettingValue;
  /** Whether the setting had the value of what pins it. */
  readonly wasPinned: boolean;
  /** Rises with each change that the user makes; the app may take them over in another order. */
  readonly order: number;
}

export interface SettingsStore extends ReadableStore<SettingsState> {
  readonly table: ShownSettings;
  search(words: string): void;
  showGroup(group: string): void;
  openAt(target: string): void;
  /** Remembers what the user types. */
  edit(name: ShownSettingName, text: string): void;
  /** Drops what the user has typed. */
  revert(name: ShownSettingName): void;
  /** Sends what the user has typed, or another text, to the app: unless it is what holds already, is not valid, or has to be confirmed first. */
  commit(name: ShownSettingName, text?: string): Promise<void>;
  /** Commits every draft that the app has not refused. */
  commitAll(): Promise<void>;
  confirm(): Promise<void>;
  cancel(): void;
  setOpenAtLogin(enabled: boolean): Promise<void>;
  reset(name: ShownSettingName): Promise<void>;
  /** Undoes the last change of the setting; without a name the last change of all. */
  undo(name?: FieldName): Promise<void>;
  unlock(name: ShownSettingName): void;
  /** Gives a setting that was changed for this run the value of what pins it. */
  lock(name: ShownSettingName): Promise<void>;
  loadModels(): Promise<void>;
  /** Forgets what was done so far; what can be undone stays. */
  forgetOutcomes(): void;
  /** In pixels; changed in place. */
  scrollTop: number;
}

const MAX_UNDOABLE = 100;

export function createSettingsStore({ appStore, commands }: Services, table: ShownSettings): SettingsStore {
  const store = createStore<SettingsState>({
    ...{ words: '', group: 'general', target: null, drafts: {}, refusals: {}, saving: {}, outcomes: {} },
    ...{ undoable: [], unlocked: {}, confirming: null, announcement: '', models: null },
  });
  const { state, set } = store;
  const app = () => {
    const current = appStore.state().app;
    if (!current) throw new Error('The app has not sent its snapshot yet');
    return current;
  };

  const setDraft = (name: ShownSettingName, text: string | undefined) =>
    set({ drafts: withEntry(state().drafts, name, text) });
  const setRefusal = (name: FieldName, text: string | undefined) =>
    set({ refusals: withEntry(state().refusals, name, text) });

  /** Makes a call about a setting and says what has become of it. @returns whether it succeeded */
  const run = async (name: FieldName, outcome: 'saved' | 'undone', call: () => Promise<unknown>): Promise<boolean> => {
    setRefusal(name, undefined);
    set({ saving: { ...state().saving, [name]: true } });
    try {
      await call();
      const announcement = `${settingLabel(table, name)}: ${outcome}`;
      set({ outcomes: { ...state().outcomes, [name]: outcome }, announcement });
      return true;
    } catch (error) {
      set({ outcomes: withEntry(state().outcomes, name, undefined) });
      setRefusal(name, callErrorText(error));
      return false;
    } finally {
      set({ saving: withEntry(state().saving, name, undefined) });
    }
  };

  const sendValue = async (name: ShownSettingName, value: SettingValue) => {
    const call = app().pinned[name] ? 'settings.changeForRun' : 'settings.change';
    const settings = await commands.call(call, { [name]: value });
    // The draft must not go before the new value is there: the field would show the old one for a frame.
    await until(appStore, () => settingText(app().settings[name]) === settingText(settings[name]));
  };

  let changes = 0;
  const change = async ({ name, text, value }: Change, order: number, canUndo: boolean) => {
    const { settings, pinned, runSettings } = app();
    const wasPinned = pinned[name] !== undefined && !runSettings.changed.includes(name);
    const former: FormerValue = { name, value: settings[name], wasPinned, order };
    // What was changed shows at once, before the app has answered.
    setDraft(name, text);
    const succeeded = await run(name, 'saved', () => sendValue(name, value));
    if (succeeded) remember(former, canUndo);
    // A text that was refused stays to be mended; a switch goes back to what holds.
    if (state().drafts[name] === text && (succeeded || !isTyped(table, name))) setDraft(name, undefined);
    if (repeated.delete(name)) await commit(name);
  };

  /** What cannot be undone ends what could be undone of the same setting. */
  const remember = (former: FormerValue, canUndo: boolean) => {
    const { undoable } = state();
    const others = canUndo ? undoable : undoable.filter(({ name }) => name !== former.name);
    set({ undoable: canUndo ? inOrder([...others, former]).slice(-MAX_UNDOABLE) : others });
  };

  const parse = async (name: ShownSettingName, text: string): Promise<CheckedValue<SettingValue>> => {
    try {
      return await commands.call('settings.parse', name, text);
    } catch (error) {
      return { fault: callErrorText(error) };
    }
  };

  /** Settings whose texts the app is reading. */
  const parsing = new Set<ShownSettingName>();
  /** Settings that were changed again while the app was reading or taking over a change. */
  const repeated = new Set<ShownSettingName>();
  const commit: SettingsStore['commit'] = async (name, text = state().drafts[name]) => {
    if (text === undefined) return;
    const draft = state().drafts[name];
    if (state().saving[name] || parsing.has(name)) {
      if (text !== draft) setDraft(name, text);
      repeated.add(name);
      return;
    }
    const order = ++changes;
    let value = chosenValue(table, name, text);
    if (value === undefined) {
      parsing.add(name);
      const parsed = await parse(name, text);
      parsing.delete(name);
      const isRepeated = repeated.delete(name);
      if (state().drafts[name] !== draft) {
        // The user has typed on.
        if (isRepeated) await commit(name);
        return;
      }
      if ('fault' in parsed) {
        setDraft(name, text);
        setRefusal(name, parsed.fault);
        return;
      }
      ({ value } = parsed);
    }
    const { settings } = app();
    if (settingText(value) === settingText(settings[name])) {
      setDraft(name, undefined);
      setRefusal(name, undefined);
      return;
    }
    const warning = warningOf(table[name], settings[name], value);
    if (warning) set({ confirming: { name, text, value, warning } });
    else await change({ name, text, value }, order, true);
  };

  return {
    table,
    state,
    subscribe: store.subscribe,
    scrollTop: 0,
    search: (words) => set({ words }),
    showGroup: (group) => set({ group, words: '' }),
    openAt: (name) => set({ words: '', target: { name }, group: groupOf(table, name) ?? state().group }),
    edit(name, text) {
      setDraft(name, text);
      setRefusal(name, undefined);
    },
    revert(name) {
      setDraft(name, undefined);
      setRefusal(name, undefined);
    },
    commit,
    async commitAll() {
      const { drafts, refusals } = state();
      const names = Object.keys(drafts) as ShownSettingName[];
      await Promise.all(names.filter((name) => refusals[name] === undefined).map((name) => commit(name)));
    },
    async confirm() {
      const { confirming } = state();
      set({ confirming: null });
      if (confirming) await change(confirming, ++changes, false);
    },
    cancel() {
      const { confirming } = state();
      set({ confirming: null });
      if (confirming) setDraft(confirming.name, undefined);
    },
    async setOpenAtLogin(enabled) {
      const { enabled: value } = app().loginItem;
      const former: FormerValue = { name: 'openAtLogin', value, wasPinned: false, order: ++changes };
      if (await run('openAtLogin', 'saved', () => commands.call('loginItem.set', enabled))) remember(former, true);
    },
    reset: (name) => commit(name, settingText(table[name].default)),
    async undo(wanted) {
      const { undoable } = state();
      const index = undoable.findLastIndex(({ name }) => wanted === undefined || name === wanted);
      const former = undoable[index];
      if (!former) return;
      const { name, value, wasPinned } = former;
      set({ undoable: undoable.filter((one) => one !== former) });
      if (name === 'openAtLogin') {
        await run(name, 'undone', () => commands.call('loginItem.set', value === true));
        return;
      }
      setDraft(name, undefined);
      const call = () => (wasPinned ? commands.call('settings.endChangeForRun', name) : sendValue(name, value));
      if (!(await run(name, 'undone', call))) set({ undoable: inOrder([...state().undoable, former]) });
    },
    unlock: (name) => set({ unlocked: { ...state().unlocked, [name]: true } }),
    async lock(name) {
      const { settings, runSettings } = app();
      const former: FormerValue = { name, value: settings[name], wasPinned: false, order: ++changes };
      set({ unlocked: withEntry(state().unlocked, name, undefined) });
      setDraft(name, undefined);
      setRefusal(name, undefined);
      if (!runSettings.changed.includes(name)) return;
      if (await run(name, 'saved', () => commands.call('settings.endChangeForRun', name))) remember(former, true);
    },
    async loadModels() {
      try {
        set({ models: await commands.call('models.all') });
      } catch (error) {
        set({ models: callErrorText(error) });
      }
    },
    forgetOutcomes: () => set({ outcomes: {}, announcement: '' }),
  };
}

/** The value of what is switched or chosen; undefined for what is typed, which only the app can read. */
function chosenValue(table: ShownSettings, name: ShownSettingName, text: string): SettingValue | undefined {
  if (isTyped(table, name)) return undefined;
  const { kind } = table[name];
  if (kind === 'toggle') return text === 'on';
  return kind === 'list' ? text.split(',').filter((item) => item.trim() !== '') : text;
}

function inOrder(undoable: readonly FormerValue[]): FormerValue[] {
  return undoable.toSorted((one, other) => one.order - other.order);
}

/** Resolves when the test is true of the store, but after a second at the latest. */
function until(store: ReadableStore<unknown>, isTrue: () => boolean): Promise<void> {
  if (isTrue()) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    };
    const timer = setTimeout(end, 1_000);
    const unsubscribe = store.subscribe(() => isTrue() && end());
  });
}

function withEntry<Key extends string, Value>(
  entries: Partial<Record<Key, Value>>,
  key: Key,
  value: Value | undefined,
): Partial<Record<Key, Value>> {
  const { [key]: _former, ...others } = entries;
  return (value === undefined ? others : { ...others, [key]: value }) as Partial<Record<Key, Value>>;
}
