/** The dialog that shows the keys that the page knows. */
import { Dialog } from '../ui/Dialog';
import { keyName } from '../ui/keys';

const SHORTCUTS: [keys: string[], what: string][] = [
  [[keyName('1'), keyName('2')], 'Requests, History'],
  [[keyName('f')], 'Filter the requests, search the history'],
  [[keyName('k')], 'Clear the request log'],
  [[keyName(',')], 'Settings'],
  [['↑', '↓'], 'Select in the list'],
  [['Home', 'End'], 'First or last in the list'],
  [['Enter', 'Space'], 'Open what is selected'],
  [['Del'], 'Delete the selected conversation'],
  [['Esc'], 'Close details, dialog or search'],
  [['?'], 'This list'],
];

export function Shortcuts({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" narrow onClose={onClose}>
      <dl className="shortcuts">
        {SHORTCUTS.map(([keys, what]) => (
          <div key={what}>
            <dt>{what}</dt>
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
