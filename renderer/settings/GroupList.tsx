/** The groups of the settings: a list at the side, in narrow windows a select above. Groups without a match are left out. */
import type { ShownGroup } from './settingSearch';

export interface GroupListProps {
  readonly groups: readonly ShownGroup[];
  /** The id of the group that is shown alone; null where several are. */
  readonly current: string | null;
  readonly onOpen: (group: string) => void;
}

export function GroupList({ groups, current, onOpen }: GroupListProps) {
  return (
    <nav className="settings-groups" aria-label="Groups of settings">
      <ul>
        {groups.map(({ group, title }) => (
          <li key={group}>
            <button
              type="button"
              className="settings-group-button"
              aria-current={group === current ? 'true' : undefined}
              onClick={() => onOpen(group)}
            >
              {title}
            </button>
          </li>
        ))}
      </ul>
      <select
        className="field"
        aria-label="Group of settings"
        value={current ?? ''}
        onChange={(event) => onOpen(event.target.value)}
      >
        {current === null && <option value="">{groups.length === 0 ? 'No group' : 'What was found'}</option>}
        {groups.map(({ group, title }) => (
          <option key={group} value={group}>
            {title}
          </option>
        ))}
      </select>
    </nav>
  );
}
