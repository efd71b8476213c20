/** How long answers took to begin, and how fast they came. */
import type { UsageReport } from '../../app/shared/contract';
import { formatCount, formatDuration, plural } from '../ui/format';

export function Speeds({ report: { firstTokenMs, tokensPerSecond, notStored, period } }: { report: UsageReport }) {
  return (
    <section className="usage-section" aria-labelledby="usage-speed">
      <h3 id="usage-speed">Speed</h3>
      {firstTokenMs === null ? (
        <p className="quiet">No answer of this period is stored.</p>
      ) : (
        <table className="usage-table speeds">
          <thead>
            <tr>
              <td />
              <th scope="col" title="Half of the answers were at least as fast">
                Median
              </th>
              <th scope="col" title="Nine of ten answers were at least as fast">
                90 %
              </th>
              <th scope="col" title="99 of 100 answers were at least as fast">
                99 %
              </th>
            </tr>
          </thead>
          <tbody>
            <tr title={`Of ${plural(firstTokenMs.count, 'answer')}`}>
              <th scope="row">First token after</th>
              {[firstTokenMs.p50, firstTokenMs.p90, firstTokenMs.p99].map((ms, index) => (
                <td key={SHARES[index]}>{formatDuration(ms)}</td>
              ))}
            </tr>
            {tokensPerSecond && (
              <tr title={`Of ${plural(tokensPerSecond.count, 'answer')} with at least 20 tokens`}>
                <th scope="row">Tokens a second</th>
                {[tokensPerSecond.p50, tokensPerSecond.p90, tokensPerSecond.p99].map((speed, index) => (
                  <td key={SHARES[index]}>{speed < 10 ? speed.toFixed(1) : formatCount(Math.round(speed))}</td>
                ))}
              </tr>
            )}
          </tbody>
        </table>
      )}
      {notStored > 0 && (
        <p className="usage-hint">
          {plural(notStored, 'request')} of {period === 'hour' ? 'these hours' : 'this period'}{' '}
          {notStored === 1 ? 'is' : 'are'} not stored any more, because the log was cleared or was full.{' '}
          {period === 'hour' ? 'This view leaves them out.' : 'Only the totals count them.'}
        </p>
      )}
    </section>
  );
}

const SHARES = ['50', '90', '99'];
