/** The programs, by group, with a search. One Tab stop; the arrow keys move through them. */
import { type KeyboardEvent, useRef } from 'react';
import type { GuideSummary } from '../../../app/shared/connect/guide';
import { useSeconds } from '../../state/now';
import { useStoreState } from '../../state/store';
import { formatAge } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { SearchBox } from '../../ui/list/SearchBox';
import { useShortcut } from '../../ui/useShortcut';
import type { ConnectStore } from '../connectStore';
import { useLastRequest } from '../lastRequest';
import { findGuides } from './findGuides';

export interface GuideListProps {
  readonly store: ConnectStore;
  /** All that there are. */
  readonly guides: readonly GuideSummary[];
}

export function GuideList({ store, guides }: GuideListProps) {
  const { words, guide: open } = useStoreState(store, (state) => state);
  const search = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useShortcut('f', () => search.current?.select());
  const groups = findGuides(guides, words);
  const listed = groups.flatMap(([, found]) => found);
  const stop = listed.find(({ id }) => id === open) ?? listed[0];

  const move = (event: KeyboardEvent) => {
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const next = NEXT[event.key]?.(at, buttons.length);
    if (next === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    if (next < 0) search.current?.focus();
    else buttons[Math.min(next, buttons.length - 1)]?.focus();
  };
  const onSearchKey = (event: KeyboardEvent) => {
    const [first] = listed;
    if (event.key === 'Enter' && first) store.set({ guide: first.id });
    if (event.key === 'Escape' && words !== '') store.set({ words: '' });
    if (event.key === 'ArrowDown') {
      event.preventDefault();
      list.current?.querySelector('button')?.focus();
    }
  };

  return (
    <nav className="guides" aria-label="Programs">
      <h2 className="visually-hidden">Programs</h2>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the search box inside */}
      <div className="filter-bar" onKeyDown={onSearchKey}>
        <SearchBox
          ref={search}
          label="Search the programs"
          placeholder="Search programs"
          words={words}
          onSearch={(typed) => store.set({ words: typed })}
        />
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the arrow keys move the focus between the buttons inside */}
      <div ref={list} className="guides-list" onKeyDown={move}>
        {groups.map(([group, found]) => (
          <section key={group} aria-label={group}>
            <h3>{group}</h3>
            <ul>
              {found.map((guide) => (
                <li key={guide.id}>
                  <GuideButton store={store} guide={guide} isOpen={guide.id === open} isStop={guide === stop} />
                </li>
              ))}
            </ul>
          </section>
        ))}
        {groups.length === 0 && (
          <p className="guides-none">
            No guide for this one. Most programs have a field for an address: those for OpenAI take <code>/v1</code> at
            its end, the others do not. <code>curl</code> shows all three.
          </p>
        )}
      </div>
    </nav>
  );
}

/** Where a key moves to, from a place among so many; -1 is the search box. */
const NEXT: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowDown: (at) => at + 1,
  ArrowUp: (at) => at - 1,
  Home: () => 0,
  End: (_at, count) => count - 1,
};

interface GuideButtonProps {
  readonly store: ConnectStore;
  readonly guide: GuideSummary;
  readonly isOpen: boolean;
  /** Whether Tab stops at it. */
  readonly isStop: boolean;
}

function GuideButton({ store, guide, isOpen, isStop }: GuideButtonProps) {
  const { id, title, speaks, clients } = guide;
  const keyId = useStoreState(store, ({ keys }) => keys[id]?.id);
  const last = useLastRequest({ clients, keyId });
  return (
    <button
      type="button"
      className="guide-button"
      tabIndex={isStop ? 0 : -1}
      aria-current={isOpen ? 'true' : undefined}
      onClick={() => store.set({ guide: id })}
    >
      <span className="guide-name">{title}</span>
      {last && !last.refused ? <SeenAge at={last.at} /> : <span className="guide-speaks">{speaks}</span>}
    </button>
  );
}

function SeenAge({ at }: { at: number }) {
  const now = useSeconds();
  return (
    <span className="guide-seen">
      <Icon name="check" />
      <span>seen {formatAge(Math.max(0, now - at))}</span>
    </span>
  );
}
