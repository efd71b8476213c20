/** The text beside the icon in macOS' menu bar. */
import type { AppSettings, DayUsage, PlanWindow } from '../../shared/contract';
import { formatUsd } from '../../shared/format';

export interface TrayTitleValues {
  planWindows: readonly PlanWindow[];
  usage: Pick<DayUsage, 'usage'>;
}

/** `$1.24`: the cost of today; `63 %`: the used share of the plan's window that is used most. Empty for nothing, or where nothing is known. */
export function trayTitle(choice: AppSettings['trayTitle'], { planWindows, usage }: TrayTitleValues): string {
  if (choice === 'cost') return formatUsd(usage.usage.costUsd);
  const shares = planWindows.flatMap(({ used }) => (used === null ? [] : [used]));
  return choice === 'plan' && shares.length > 0 ? `${Math.round(Math.max(...shares) * 100)} %` : '';
}
