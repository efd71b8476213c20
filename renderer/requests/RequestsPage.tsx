/** The requests page: today's usage and the active conversations beside the request log; tabs in a narrow window. */
import { useCallback, useState } from 'react';
import { usePageStore, usePageTarget } from '../state/pageStores';
import { useStoreState } from '../state/store';
import { Icon } from '../ui/Icon';
import { useNarrow } from '../ui/useNarrow';
import { useShortcut } from '../ui/useShortcut';
import { ActiveConversations } from './activeConversations/ActiveConversations';
import { ClearLog } from './ClearLog';
import { readFilter } from './filter/filterParts';
import { RequestPane } from './RequestPane';
import { createRequestsStore, type RequestsState, type RequestsStore } from './requestsStore';
import { Today } from './today/Today';
import './requests.css';

/** Another page opens this one with a filter: `filter:{"outcomes":["failed"]}`. */
const FILTER_TARGET = 'filter:';

export default function RequestsPage() {
  const store = usePageStore(createRequestsStore);
  const { tab, showsOverview } = useStoreState(store, (state) => state);
  const narrow = useNarrow();
  const [asksToClear, setAsksToClear] = useState(false);
  const askToClear = useCallback(() => setAsksToClear(true), []);
  const showLog = useCallback(() => store.set({ tab: 'log' }), [store]);
  useShortcut('k', askToClear);
  usePageTarget(useCallback((target) => openTarget(store, target), [store]));
  const heading = narrow ? (
    <Tabs tab={tab} onTab={(chosen) => store.set({ tab: chosen })} />
  ) : (
    <OverviewButton isShown={showsOverview} onToggle={() => store.set({ showsOverview: !showsOverview })} />
  );

  return (
    <div className="requests-page" data-overview={showsOverview}>
      {narrow && tab === 'overview' && <div className="filter-bar">{heading}</div>}
      {(narrow ? tab === 'overview' : showsOverview) && (
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

/** The tray opens the page at a request, which a filter may hide in the list, or which is not loaded. */
function openTarget(store: RequestsStore, target: string): void {
  if (!target.startsWith(FILTER_TARGET)) {
    store.set({ selected: target, showsDetails: true, tab: 'log' });
    return;
  }
  const filter = readFilter(target.slice(FILTER_TARGET.length));
  if (filter === null) return;
  store.position.top = null;
  store.set({ filter, words: '', showsDetails: false, tab: 'log' });
}

function OverviewButton({ isShown, onToggle }: { isShown: boolean; onToggle: () => void }) {
  const label = isShown ? 'Hide the overview' : 'Show today and the active conversations';
  return (
    <span className="requests-heading">
      <button
        type="button"
        className="icon-button"
        title={label}
        aria-label="Overview"
        aria-expanded={isShown}
        onClick={onToggle}
      >
        <Icon name="panel" />
      </button>
      <h2>Requests</h2>
    </span>
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
