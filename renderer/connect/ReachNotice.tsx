/** What keeps a program at the chosen place from reaching the server, in one sentence, and the button that mends it. */
import type { ReachProblem } from '../../app/shared/connect/reach';
import { useCommands } from '../state/services';
import { Icon } from '../ui/Icon';
import { usePending } from '../ui/usePending';
import type { MakeKey } from './useMakeKey';

export interface ReachNoticeProps {
  readonly problem: ReachProblem;
  readonly makeKey: MakeKey;
}

export function ReachNotice({ problem: { text, remedy }, makeKey }: ReachNoticeProps) {
  const commands = useCommands();
  const [run, pending] = usePending(async () => {
    if (remedy?.kind === 'start') await commands.run('server.start');
    if (remedy?.kind === 'listen') await commands.run('settings.change', { host: '0.0.0.0' });
    if (remedy?.kind === 'makeKey') makeKey.run();
  });
  return (
    <div className="guide-reach" role="status">
      <Icon name="warning" />
      <span>{text}</span>
      {remedy && (
        <button type="button" className="button button-main" disabled={pending || makeKey.pending} onClick={run}>
          {remedy.label}
        </button>
      )}
    </div>
  );
}
