/** The dialog that shows the keys that the page knows. */
import { Dialog } from '../ui/Dialog';
import { keyName } from '../ui/keys';

const SHORTCUTS: [keys: string[], what: string][] = [
  [[keyName('f')], 'Filter the requests'],
  [[keyName('k')], 'Clear the request log'],
  [[keyName(',')], 'Settings'],
  [['↑', '↓'], 'Select a request'],
  [['Home', 'End'], 'First or last request'],
  [['Enter', 'Space'], 'Open its details'],
  [['Esc'], 'Close details, dialog or filter'],
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
