/** What became of a request, as an icon and in words. */
import type { RequestRow } from '../../../app/shared/contract';
import { OUTCOME_WORDS } from '../../../app/shared/requests/outcomes';
import { Icon } from '../../ui/Icon';
import { OUTCOME_LOOKS } from './outcomeLook';
import { statusText } from './requestStatus';

export function Outcome({ row }: { row: RequestRow }) {
  const { tone, icon } = OUTCOME_LOOKS[row.outcome];
  const words = OUTCOME_WORDS[row.outcome];
  const status = statusText(row);
  return (
    <span
      className="outcome"
      data-tone={tone}
      data-outcome={row.outcome}
      title={/^\d/.test(status) ? `${words}, HTTP ${status}` : words}
    >
      <Icon name={icon} />
      <span className="outcome-words">{words}</span>
    </span>
  );
}
