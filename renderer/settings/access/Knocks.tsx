/** Who was refused lately, why, and what would let them in. */
import type { Knock, KnockRemedy } from '../../../app/shared/access/knocks';
import { useCommands } from '../../state/services';
import { formatLastUse, plural } from '../../ui/format';
import { Icon } from '../../ui/Icon';

export interface KnocksProps {
  readonly knocks: readonly Knock[];
  /** Ms since the epoch. */
  readonly now: number;
  readonly onMakeKey: (name: string) => void;
}

export function Knocks({ knocks, now, onMakeKey }: KnocksProps) {
  const commands = useCommands();
  return (
    <ul className="access-list">
      {knocks.map((knock) => (
        <li key={knock.id} className="knock">
          <div className="key-head">
            <span className="key-name">{knock.client || 'A program'}</span>
            <code className="key-prefix">{knock.address}</code>
            <span className="key-actions">
              {knock.remedies.map((remedy) => (
                <button
                  key={remedy.setting}
                  type="button"
                  className="link"
                  title={remedyTitle(remedy)}
                  onClick={() => void commands.run('knocks.allow', knock.id, remedy.setting)}
                >
                  {remedyLabel(remedy)}
                </button>
              ))}
              {knock.keyHelps && (
                <button type="button" className="link" onClick={() => onMakeKey(knock.client)}>
                  Make a key
                </button>
              )}
              <button
                type="button"
                className="icon-button"
                title="Dismiss"
                aria-label={`Dismiss ${knock.client || knock.address}`}
                onClick={() => void commands.run('knocks.dismiss', knock.id)}
              >
                <Icon name="close" />
              </button>
            </span>
          </div>
          <div className="key-facts">
            {reasonOf(knock)} · {plural(knock.count, 'request')}, the last {formatLastUse(knock.lastAt, now)}
          </div>
        </li>
      ))}
    </ul>
  );
}

function reasonOf({ reason, from, value }: Knock): string {
  switch (reason) {
    case 'noKey':
      return from === 'container' ? 'a container on this computer, without a key' : `${PLACES[from]}, without a key`;
    case 'refusedKey':
      return `${PLACES[from]}, with a key that is not valid`;
    case 'host':
      return `asked for this computer as “${value}”, which is none of its names`;
    case 'origin':
      return `a page of ${value}`;
  }
}

const PLACES = {
  'this computer': 'on this computer',
  container: 'in a container on this computer',
  network: 'on the network',
} as const satisfies Record<Knock['from'], string>;

function remedyLabel({ setting }: KnockRemedy): string {
  return {
    trustContainers: 'Allow containers',
    trustOwnAddresses: 'Allow this computer',
    keylessRanges: 'Allow this address',
    hostNames: 'Allow this name',
    origins: 'Allow this page',
  }[setting];
}

/** What the remedy does, in full. */
function remedyTitle(remedy: KnockRemedy): string {
  switch (remedy.setting) {
    case 'trustContainers':
      return 'Every container on this computer may use Claude without a key';
    case 'trustOwnAddresses':
      return 'Programs that use another address of this computer need no key';
    case 'keylessRanges':
      return `Whoever has the address ${remedy.value} may use Claude without a key`;
    case 'hostNames':
      return `${remedy.value} is a name of this computer`;
    case 'origins':
      return `Pages of ${remedy.value} may use Claude`;
  }
}
