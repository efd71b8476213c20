/** The dialog that lists the keyboard shortcuts. */
import type { Page } from '../pages';
import { Dialog } from '../ui/Dialog';
import { keyName } from '../ui/keys';

type Shortcut = [keys: string[], action: string];

const SHORTCUTS: Shortcut[] = [
  [[keyName('f')], 'Search the requests, the conversations'],
  [['/'], 'Search the requests'],
  [[keyName('k')], 'Clear the request log'],
  [['↑', '↓', 'J', 'K'], 'Select in the list'],
  [['Home', 'End'], 'First or last in the list'],
  [['Enter'], 'Open the selected row'],
  [['←', '→'], 'Other tab of the open request'],
  [['P', 'Space'], 'Pause the requests, go on'],
  [['Shift+F10'], 'Menu of the selected request'],
  [['Alt+Click'], 'Only requests with this value'],
  [['F2'], 'Rename the selected conversation'],
  [['Del'], 'Delete the selected conversation'],
  [['Esc'], 'Close details, dialog or search'],
  [['?'], 'Show this list'],
];

export interface ShortcutsProps {
  pages: readonly Page[];
  onClose: () => void;
}

export function Shortcuts({ pages, onClose }: ShortcutsProps) {
  const all = [
    ...pages.map(
      ({ title, shortcut, alternativeShortcut }): Shortcut => [
        [shortcut, alternativeShortcut].filter((key) => key !== undefined).map(keyName),
        title,
      ],
    ),
    ...SHORTCUTS,
  ];
  return (
    <Dialog title="Keyboard shortcuts" narrow onClose={onClose}>
      <dl className="shortcuts">
        {all.map(([keys, action]) => (
          <div key={action}>
            <dt>{action}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
