/** The selected request beside the log, in tabs. */
import { type KeyboardEvent, type ReactNode, useRef } from 'react';
import type { RequestDetails, RequestRow } from '../../../app/shared/contract';
import { useStoreState } from '../../state/store';
import type { FilterField } from '../filter/filterParts';
import type { DetailsTab, RequestsStore } from '../requestsStore';
import { DetailsHead } from './DetailsHead';
import { ResizeHandle } from './ResizeHandle';
import { Said } from './said/Said';
import { DETAILS_TABS, tabBeside } from './tabs';
import { Timing } from './timing/Timing';
import { Tokens } from './tokens/Tokens';
import { useRequest } from './useRequestDetails';
import { Wire } from './wire/Wire';

export interface RequestDetailsPaneProps {
  id: string;
  store: RequestsStore;
  /** Shows another request. */
  onOpen: (id: string) => void;
  onFilter: (field: FilterField, value: string) => void;
  onClose: () => void;
}

export function RequestDetailsPane({ id, store, onOpen, onFilter, onClose }: RequestDetailsPaneProps) {
  const { row, details } = useRequest(id, store.list);
  const tab = useStoreState(store, (state) => state.detailsTab);
  const width = useStoreState(store, (state) => state.detailsWidth);
  const body = useRef<HTMLDivElement>(null);
  return (
    <aside
      className="details"
      aria-label="Request details"
      style={{ width }}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
    >
      <ResizeHandle width={width} onResize={(detailsWidth) => store.set({ detailsWidth })} />
      <DetailsHead row={row ?? null} details={details ?? null} {...{ store, onOpen, onFilter, onClose }} />
      <Tabs tab={tab} onTab={(detailsTab) => store.set({ detailsTab })} />
      <div
        ref={body}
        className="details-body"
        role="tabpanel"
        id="details-panel"
        aria-labelledby={`details-${tab}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by the keys that scroll it
        tabIndex={0}
      >
        {row === null ? (
          <p className="details-section quiet">This request is not known any more: it was cleared, or is too old.</p>
        ) : (
          row && <Panel {...{ tab, row, details, store, onOpen, onFilter, body }} />
        )}
      </div>
    </aside>
  );
}

interface PanelProps extends Omit<RequestDetailsPaneProps, 'id' | 'onClose'> {
  tab: DetailsTab;
  row: RequestRow;
  details: RequestDetails | null | undefined;
  body: React.RefObject<HTMLDivElement | null>;
}

function Panel({ tab, row, details, body, onOpen, onFilter }: PanelProps): ReactNode {
  if (tab === 'said') return <Said row={row} details={details ?? null} body={body} onOpen={onOpen} />;
  if (tab === 'wire') return <Wire row={row} details={details ?? null} onFilter={onFilter} />;
  // Neither is known from the row alone.
  if (!details) return details === null && <p className="details-section quiet">No details are known.</p>;
  return tab === 'timing' ? <Timing details={details} /> : <Tokens details={details} />;
}

function Tabs({ tab, onTab }: { tab: DetailsTab; onTab: (tab: DetailsTab) => void }) {
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : null;
    if (step === null) return;
    event.preventDefault();
    const next = tabBeside(tab, step);
    onTab(next);
    document.getElementById(`details-${next}`)?.focus();
  };
  return (
    <div className="details-tabs" role="tablist" aria-label="Parts of the request" tabIndex={-1} onKeyDown={onKeyDown}>
      {DETAILS_TABS.map(({ id, title }) => (
        <button
          key={id}
          id={`details-${id}`}
          type="button"
          role="tab"
          aria-selected={id === tab}
          aria-controls="details-panel"
          tabIndex={id === tab ? 0 : -1}
          onClick={() => onTab(id)}
        >
          {title}
        </button>
      ))}
    </div>
  );
}
