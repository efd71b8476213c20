/** The settings page: its groups in a list, one of them beside it or what the search has found. Fields follow from the table in app/shared/settings.ts, which the app sends. */
import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef } from 'react';
import type { ShownSettings } from '../../app/shared/settings';
import { usePageStore, usePageTarget } from '../state/pageStores';
import { useStoreState } from '../state/store';
import { plural } from '../ui/format';
import { isShortcut } from '../ui/keys';
import { SearchBox } from '../ui/list/SearchBox';
import { useShortcut } from '../ui/useShortcut';
import { ConfirmChange } from './ConfirmChange';
import { GroupList } from './GroupList';
import { SettingsGroup } from './SettingsGroup';
import { countShown, searchWords, shownGroups } from './settingSearch';
import { createSettingsStore, type SettingsStore } from './settingsStore';
import './settings.css';

export default function SettingsPage({ data: table }: { data: ShownSettings }) {
  const store = usePageStore((services) => createSettingsStore(services, table));
  const text = useStoreState(store, (state) => state.words);
  const group = useStoreState(store, (state) => state.group);
  const confirming = useStoreState(store, (state) => state.confirming);
  const announcement = useStoreState(store, (state) => state.announcement);
  const target = useStoreState(store, (state) => state.target);
  const page = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  useTarget(store, page);
  const body = useScroll(store);
  useShortcut(
    'f',
    useCallback(() => search.current?.select(), []),
  );
  // What was typed and not sent is sent when another page is opened.
  useEffect(
    () => () => {
      void store.commitAll();
      store.forgetOutcomes();
    },
    [store],
  );

  const words = searchWords(text);
  const found = shownGroups(table, words);
  const shown = words.length > 0 ? found : found.filter((one) => one.group === group);
  const count = countShown(found);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && event.target === search.current) store.search('');
    if (!isShortcut(event.nativeEvent, 'z') || keepsOwnUndo(event.target, store)) return;
    event.preventDefault();
    void store.undo();
  };
  const open = (id: string) => {
    if (words.length > 0) page.current?.querySelector<HTMLElement>(`[data-part="${id}"]`)?.focus();
    else store.showGroup(id);
    if (words.length === 0 && body.current) body.current.scrollTop = 0;
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it hears the undo shortcut of all the fields in it
    <div ref={page} className="settings" onKeyDown={onKeyDown}>
      <header className="filter-bar settings-bar">
        <h2>Settings</h2>
        <SearchBox
          ref={search}
          label="Search the settings"
          placeholder="Search the settings"
          words={text}
          onSearch={store.search}
        />
      </header>
      <p className="settings-announcement" role="status">
        {words.length > 0 ? `${plural(count, 'setting')} found` : announcement}
      </p>
      <GroupList groups={found} current={words.length > 0 ? null : group} onOpen={open} />
      <div
        ref={body}
        className="settings-body"
        onScroll={(event) => {
          store.scrollTop = event.currentTarget.scrollTop;
        }}
      >
        <div className="settings-column">
          {shown.map((one) => (
            <SettingsGroup key={one.group} {...one} words={words} target={target?.name ?? null} store={store} />
          ))}
          {shown.length === 0 && (
            <div className="empty">
              <h3>No setting matches</h3>
              <span className="empty-actions">
                <button type="button" className="button" onClick={() => store.search('')}>
                  Show all
                </button>
              </span>
            </div>
          )}
        </div>
      </div>
      {confirming && (
        <ConfirmChange
          change={confirming}
          onConfirm={() => void store.confirm()}
          onClose={() => store.state().confirming && store.cancel()}
        />
      )}
    </div>
  );
}

/** A text that is being typed has the field's own undo. */
function keepsOwnUndo(target: EventTarget, store: SettingsStore): boolean {
  if (!(target instanceof HTMLInputElement) || (target.type !== 'text' && target.type !== 'search')) return false;
  const drafts: Readonly<Record<string, string | undefined>> = store.state().drafts;
  return target.type === 'search' ? target.value !== '' : drafts[target.name] !== undefined;
}

/** Gives what the page was opened for the focus. */
function useTarget(store: SettingsStore, page: { readonly current: HTMLElement | null }): void {
  usePageTarget(store.openAt);
  const target = useStoreState(store, (state) => state.target);
  const handled = useRef<object | null>(null);
  useLayoutEffect(() => {
    if (target === null || handled.current === target) return;
    handled.current = target;
    const field = targetIn(page.current, target.name);
    field?.scrollIntoView({ block: 'center' });
    field?.focus({ preventScroll: true });
  }, [target, page]);
}

/** A setting's field, or its row where it is pinned and has none; else the heading of a part of the page. */
function targetIn(page: HTMLElement | null, name: string): HTMLElement | null {
  const row = page?.querySelector<HTMLElement>(`[data-setting="${CSS.escape(name)}"]`);
  const part = (id: string) => page?.querySelector<HTMLElement>(`[data-part="${CSS.escape(id)}"]`);
  return row?.querySelector<HTMLElement>('input:enabled, select:enabled') ?? row ?? part(name) ?? part('keys') ?? null;
}

/** Scrolls to where the user left the page. */
function useScroll(store: SettingsStore) {
  const body = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (body.current && store.state().target === null) body.current.scrollTop = store.scrollTop;
  }, [store]);
  return body;
}
