/** The head of a request's details: what was asked, what became of it, and what can be done with it. */
import type { RequestDetails, RequestRow } from '../../../app/shared/contract';
import { formatDuration, formatMoment } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { MenuButton } from '../../ui/menu/MenuButton';
import type { FilterField } from '../filter/filterParts';
import { Outcome } from '../list/Outcome';
import { Elapsed } from '../list/RequestCells';
import { isLive } from '../list/requestStatus';
import type { RequestsStore } from '../requestsStore';
import { useRequestActions } from './useRequestActions';

export interface DetailsHeadProps {
  row: RequestRow | null;
  details: RequestDetails | null;
  store: RequestsStore;
  onOpen: (id: string) => void;
  onFilter: (field: FilterField, value: string) => void;
  onClose: () => void;
}

export function DetailsHead({ row, details, store, onOpen, onFilter, onClose }: DetailsHeadProps) {
  const actions = useRequestActions(row, store, onOpen);
  const beside = actions.filter(({ id }) => id === 'stop' || id === 'again');
  const inMenu = actions.filter((action) => !beside.includes(action));
  const title = row ? row.asked || `${row.method} ${row.path}` : 'Request';
  return (
    <header className="details-head">
      <h2 title={title}>{title}</h2>
      <span className="details-actions">
        {beside.map(({ id, label, icon = 'stop', onSelect }) => (
          <button
            key={id}
            type="button"
            className="button"
            onClick={({ currentTarget }) => {
              // The button goes with the answer.
              if (id === 'stop')
                currentTarget.closest('.details')?.querySelector<HTMLElement>('.details-body')?.focus();
              onSelect();
            }}
          >
            <Icon name={icon} />
            {label}
          </button>
        ))}
        {inMenu.length > 0 && (
          <MenuButton label="More for this request" items={inMenu} className="icon-button" alignsRight>
            <Icon name="more" />
          </MenuButton>
        )}
        <button type="button" className="icon-button" aria-label="Close details" title="Close (Esc)" onClick={onClose}>
          <Icon name="close" />
        </button>
      </span>
      {row && (
        <p className="details-facts">
          <Outcome row={row} />
          <span>{isLive(row.phase) ? <Elapsed since={row.at} /> : formatDuration(row.durationMs ?? 0)}</span>
          <FilterLink label={row.client} onClick={() => onFilter('client', row.client)} />
          {row.model && <FilterLink label={row.model} onClick={() => onFilter('model', row.model)} />}
          <span className="details-moment">{formatMoment(row.at).slice(0, 19)}</span>
        </p>
      )}
      {details?.error && <p className="request-error">{details.error}</p>}
    </header>
  );
}

/** A value by which a click filters the log. */
export function FilterLink({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <button type="button" className="link filter-link" title={`Only requests with ${label}`} onClick={onClick}>
      {label}
    </button>
  );
}
