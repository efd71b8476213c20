/** The page “Connect”: for each program what to set, with this computer's addresses, a model and a key, and whether its requests arrive. */
import { useCallback, useEffect } from 'react';
import type { GuideSummary } from '../../app/shared/connect/guide';
import { usePageStore, usePageTarget } from '../state/pageStores';
import { useApp } from '../state/services';
import { useStoreState } from '../state/store';
import { createConnectStore } from './connectStore';
import { GuideView } from './GuideView';
import { GuideList } from './list/GuideList';
import './connect.css';

export default function ConnectPage({ data: guides }: { data: readonly GuideSummary[] }) {
  const store = usePageStore(createConnectStore);
  const open = useStoreState(store, (state) => state.guide);
  // Networks and models change; the page is seldom open for long.
  const cliPhase = useApp((app) => app.cli.phase);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a CLI that has come up lists other models
  useEffect(() => void store.refresh(), [store, cliPhase]);
  const openTarget = (id: string) => {
    if (guides.some((guide) => guide.id === id)) store.set({ guide: id, words: '' });
  };
  usePageTarget(useCallback(openTarget, [store, guides]));
  const guide = guides.find(({ id }) => id === open);
  return (
    <div className="connect">
      <GuideList store={store} guides={guides} />
      {guide && <GuideView key={guide.id} store={store} guide={guide} />}
    </div>
  );
}
