/** The rail at the left edge: one button for each page. */
import type { Page } from '../../pages';
import { useCommands, useNavigation } from '../../state/services';
import { useStoreState } from '../../state/store';
import { Icon } from '../../ui/Icon';
import { ariaShortcut, keyName } from '../../ui/keys';

export interface RailProps {
  pages: readonly Page[];
  /** The id of the page that is shown. */
  current: string;
}

export function Rail({ pages, current }: RailProps) {
  return (
    <nav className="rail" aria-label="Pages">
      <ul>
        {pages.map((page) => (
          <li key={page.id}>
            <RailButton page={page} current={page.id === current} />
          </li>
        ))}
      </ul>
    </nav>
  );
}

function RailButton({ page: { id, title, icon, shortcut, load }, current }: { page: Page; current: boolean }) {
  const navigation = useNavigation();
  const commands = useCommands();
  const { text: note, count } = useStoreState(navigation, ({ notes }) => notes[id]) ?? { text: '' };
  // The page is loaded by the time of the click. A failure is shown once the page is opened.
  const preload = () => void load(commands.call).catch(() => undefined);
  return (
    <button
      type="button"
      className="rail-button"
      title={[`${title} (${keyName(shortcut)})`, note].filter(Boolean).join('\n')}
      aria-current={current ? 'page' : undefined}
      aria-keyshortcuts={ariaShortcut(shortcut)}
      aria-description={note}
      onPointerEnter={preload}
      onFocus={preload}
      onClick={() => navigation.open(id)}
    >
      <span className="rail-icon" data-noted={note !== '' && count === undefined}>
        <Icon name={icon} />
        {count !== undefined && (
          <span className="rail-count" aria-hidden="true">
            {count > 9 ? '9+' : count}
          </span>
        )}
      </span>
      <span className="rail-label">{title}</span>
    </button>
  );
}
