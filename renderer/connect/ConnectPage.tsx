/** The page “Connect”: for each program what to set, with this computer's addresses, a model and a key, and whether its requests arrive. */
import { useCallback, useEffect } from 'react';
import { guideById } from '../../app/shared/connect/guides';
import { usePageStore, usePageTarget } from '../state/pageStores';
import { useApp } from '../state/services';
import { useStoreState } from '../state/store';
import { createConnectStore } from './connectStore';
import { GuideList } from './GuideList';
import { GuideView } from './GuideView';
import './connect.css';

export default function ConnectPage() {
  const store = usePageStore(createConnectStore);
  const open = useStoreState(store, (state) => state.guide);
  // Networks and models change; the page is seldom open for long.
  const cliPhase = useApp((app) => app.cli.phase);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a CLI that has come up lists other models
  useEffect(() => void store.refresh(), [store, cliPhase]);
  usePageTarget(useCallback((id) => guideById(id) && store.set({ guide: id, words: '' }), [store]));
  const guide = guideById(open);
  return (
    <div className="connect">
      <GuideList store={store} />
      {guide && <GuideView key={guide.id} store={store} guide={guide} />}
    </div>
  );
}
