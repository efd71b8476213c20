/** Notes on the settings page's entry in the rail how many were refused since the page, which lists them, was last open. */
import { useEffect } from 'react';
import type { Knock } from '../../app/shared/contract';
import { useApp, useNavigation } from '../state/services';

const PAGE = 'settings';
/** When the last request that the user has seen was refused, in ms since the epoch. The window's document does not live as long as the app. */
const SEEN_AT = 'knocksSeenAt';

/** @param current the id of the page that is shown. */
export function useKnockNote(current: string): void {
  const navigation = useNavigation();
  const knocks = useApp((app) => app.knocks);
  useEffect(() => {
    if (current === PAGE) rememberSeen(knocks);
    const count = unseenKnocks(knocks, Number(localStorage.getItem(SEEN_AT)));
    if (count === 0) navigation.setNote(PAGE, '');
    else navigation.setNote(PAGE, `${count} refused since you last opened this page`, count);
  }, [navigation, knocks, current]);
}

function unseenKnocks(knocks: readonly Knock[], seenAt: number): number {
  return knocks.filter(({ lastAt }) => lastAt > seenAt).length;
}

function rememberSeen(knocks: readonly Knock[]): void {
  // The latest comes first.
  const latest = knocks[0]?.lastAt;
  if (latest !== undefined) localStorage.setItem(SEEN_AT, String(latest));
}
