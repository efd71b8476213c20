/** The window: header and problems on top, the rail and the current page below, the status bar at the bottom. */
import { useCallback, useEffect, useState } from 'react';
import { PAGES } from '../pages';
import { useNavigation } from '../state/services';
import { useStoreState } from '../state/store';
import { isShortcut } from '../ui/keys';
import { Header } from './bars/Header';
import { Rail } from './bars/Rail';
import { StatusBar } from './bars/StatusBar';
import { PageHost } from './PageHost';
import { Problems } from './Problems';
import { Shortcuts } from './Shortcuts';
import { useKnockNote } from './useKnockNote';
import { usePageRequest } from './usePageRequest';
import { useTheme } from './useTheme';

export function MainLayout() {
  const navigation = useNavigation();
  const current = useStoreState(navigation, (state) => state.page);
  const [showsShortcuts, setShowsShortcuts] = useState(false);
  const openShortcuts = useCallback(() => setShowsShortcuts(true), []);
  useTheme();
  usePageRequest();
  useShellKeys(openShortcuts);
  const page = PAGES.find(({ id }) => id === current) ?? PAGES[0];
  useKnockNote(page.id);

  return (
    <div className="main-layout">
      <Header />
      <Problems onSettings={(setting) => navigation.open('settings', setting)} />
      <div className="columns">
        <Rail pages={PAGES} current={page.id} />
        <PageHost key={page.id} page={page} />
      </div>
      <StatusBar onShortcuts={openShortcuts} />
      {showsShortcuts && <Shortcuts pages={PAGES} onClose={() => setShowsShortcuts(false)} />}
    </div>
  );
}

/** The pages' shortcuts, and `?` for the list of all. */
function useShellKeys(openShortcuts: () => void): void {
  const navigation = useNavigation();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (document.querySelector('dialog[open]')) return;
      const page = PAGES.find(({ shortcut, alternativeShortcut }) =>
        [shortcut, alternativeShortcut].some((key) => key !== undefined && isShortcut(event, key)),
      );
      const asksForShortcuts = event.key === '?' && !isField(event.target);
      if (!page && !asksForShortcuts) return;
      event.preventDefault();
      if (page) navigation.open(page.id);
      else openShortcuts();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [navigation, openShortcuts]);
}

function isField(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches('input, select, textarea');
}
