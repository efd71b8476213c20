/** The plan's windows in one sentence. */
import type { PlanHistory } from '../../../app/shared/contract';

/** `5-hour limit: at most 87 % used, Weekly limit: at most 41 % used` */
export function planSummary(windows: readonly PlanHistory[]): string {
  return windows
    .map(
      ({ title, points }) =>
        `${title}: at most ${Math.round(100 * Math.max(0, ...points.map(({ used }) => used)))} % used`,
    )
    .join(', ');
}
