/** The folded polls, below the list: one line for each client, which opens to its newest polls. They never move the rows above. */
import { useState } from 'react';
import type { RequestRow } from '../../../app/shared/contract';
import { useStoreState } from '../../state/store';
import { formatDuration, formatTime, NONE, plural } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import type { PollGroup } from './pollGroups';
import type { RequestList } from './requestList';

export interface PollStripProps {
  list: RequestList;
  selected: string | null;
  onOpen: (id: string) => void;
}

export function PollStrip({ list, selected, onOpen }: PollStripProps) {
  const groups = useStoreState(list, list.polls);
  const [open, setOpen] = useState<string | null>(null);
  if (groups.length === 0) return null;
  return (
    <section className="polls" aria-label="Polling">
      <ul>
        {groups.map((group) => (
          <li key={group.client}>
            <Line
              group={group}
              isOpen={open === group.client}
              onToggle={() => setOpen(open === group.client ? null : group.client)}
            />
            {open === group.client && <Polls group={group} {...{ list, selected, onOpen }} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

interface LineProps {
  group: PollGroup;
  isOpen: boolean;
  onToggle: () => void;
}

function Line({ group: { client, count, lastAt }, isOpen, onToggle }: LineProps) {
  return (
    <button type="button" className="poll-line" aria-expanded={isOpen} onClick={onToggle}>
      <Icon name="chevron" />
      <span className="poll-client">{client}</span>
      <span>
        · {plural(count, 'poll')} · last {formatTime(lastAt, Date.now())}
      </span>
    </button>
  );
}

function Polls({ group, list, selected, onOpen }: PollStripProps & { group: PollGroup }) {
  const rows = group.newest.map(list.byId).filter((row) => row !== undefined);
  return (
    <ul className="poll-rows" aria-label={`The newest polls of ${group.client}`}>
      {rows.map((row) => (
        <li key={row.id}>
          <button type="button" aria-current={row.id === selected} onClick={() => onOpen(row.id)}>
            <PollCells row={row} />
          </button>
        </li>
      ))}
    </ul>
  );
}

function PollCells({ row: { at, method, path, status, durationMs } }: { row: RequestRow }) {
  return (
    <>
      <span>{formatTime(at, Date.now())}</span>
      <span className="poll-path">
        {method} {path}
      </span>
      <span>{status ?? NONE}</span>
      <span className="poll-total">{durationMs === null ? NONE : formatDuration(durationMs)}</span>
    </>
  );
}
