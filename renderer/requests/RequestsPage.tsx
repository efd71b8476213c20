/** The requests page: today's usage and the active conversations beside the request log; tabs in a narrow window. */
import { useCallback, useState } from 'react';
import { usePageStore, usePageTarget } from '../state/pageStores';
import { useStoreState } from '../state/store';
import { useNarrow } from '../ui/useNarrow';
import { useShortcut } from '../ui/useShortcut';
import { ActiveConversations } from './activeConversations/ActiveConversations';
import { ClearLog } from './ClearLog';
import { RequestPane } from './log/RequestPane';
import { createRequestsStore, type RequestsState } from './requestsStore';
import { Today } from './today/Today';
import './requests.css';

export default function RequestsPage() {
  const store = usePageStore(createRequestsStore);
  const tab = useStoreState(store, (state) => state.tab);
  const narrow = useNarrow();
  const [asksToClear, setAsksToClear] = useState(false);
  const askToClear = useCallback(() => setAsksToClear(true), []);
  const showLog = useCallback(() => store.set({ tab: 'log' }), [store]);
  useShortcut('k', askToClear);
  // The tray opens the page at a request, which a filter may hide in the list.
  usePageTarget(useCallback((id) => store.set({ selected: id, showsDetails: true, tab: 'log' }), [store]));
  const heading = narrow ? <Tabs tab={tab} onTab={(chosen) => store.set({ tab: chosen })} /> : <h2>Requests</h2>;

  return (
    <div className="requests-page">
      {narrow && tab === 'overview' && <div className="filter-bar">{heading}</div>}
      {(!narrow || tab === 'overview') && (
        <aside className="overview" aria-label="Today and active conversations">
          <Today />
          <ActiveConversations />
        </aside>
      )}
      <RequestPane
        store={store}
        heading={heading}
        hidden={narrow && tab !== 'log'}
        onShow={showLog}
        onClear={askToClear}
      />
      {asksToClear && <ClearLog onClose={() => setAsksToClear(false)} />}
    </div>
  );
}

const TABS: readonly { tab: RequestsState['tab']; label: string }[] = [
  { tab: 'log', label: 'Log' },
  { tab: 'overview', label: 'Overview' },
];

function Tabs({ tab, onTab }: { tab: RequestsState['tab']; onTab: (tab: RequestsState['tab']) => void }) {
  return (
    <fieldset className="segments" aria-label="View">
      {TABS.map(({ tab: name, label }) => (
        <button key={name} type="button" aria-pressed={tab === name} onClick={() => onTab(name)}>
          {label}
        </button>
      ))}
    </fieldset>
  );
}
