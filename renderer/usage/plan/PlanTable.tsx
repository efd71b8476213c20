/** How much of each window of the plan was used until it was reset. */
import type { PlanHistory } from '../../../app/shared/contract';
import { formatMoment, NONE } from '../../ui/format';
import { peaks } from './planLines';

export function PlanTable({ windows }: { windows: readonly PlanHistory[] }) {
  const rows = windows.flatMap((window) => peaks(window).map((peak) => ({ ...peak, title: window.title })));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a table that is higher than its place is scrolled with the arrow keys
    <section className="usage-table-box" aria-label="Windows of the plan" tabIndex={0}>
      <table className="usage-table">
        <thead>
          <tr>
            <th scope="col">Window</th>
            <th scope="col">First use</th>
            <th scope="col">Reset</th>
            <th scope="col">Used</th>
          </tr>
        </thead>
        <tbody>
          {rows
            .sort((a, b) => b.firstAt - a.firstAt)
            .map(({ title, firstAt, resetsAt, used }) => (
              <tr key={`${title} ${firstAt}`}>
                <th scope="row">{title}</th>
                <td>{minuteOf(firstAt)}</td>
                <td>{resetsAt === null ? NONE : minuteOf(resetsAt)}</td>
                <td>{Math.round(100 * used)} %</td>
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  );
}

function minuteOf(at: number): string {
  return formatMoment(at).slice(0, 16);
}
