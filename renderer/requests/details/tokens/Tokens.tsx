/** The tab "Tokens": the kinds of tokens, what came from the cache, and the cost. */
import { costNote } from '../../../../app/shared/cli/payer';
import type { RequestDetails } from '../../../../app/shared/contract';
import { allTokens, formatCachedPercent, formatCount, formatUsd, NONE, PENDING } from '../../../ui/format';
import { isLive } from '../../list/requestStatus';
import { TOKEN_KINDS } from '../../today/tokenKinds';
import { Section } from '../Section';

export function Tokens({ details }: { details: RequestDetails }) {
  const { usage, billing, payer, phase, model } = details;
  if (!usage) {
    const isComing = model !== '' && isLive(phase);
    return (
      <p className="details-section quiet">
        {isComing
          ? 'The API reports the tokens of the prompt when it begins to answer.'
          : 'The API reported no tokens.'}
      </p>
    );
  }
  const unknown = isLive(phase) ? PENDING : NONE;
  const total = allTokens(usage);
  return (
    <>
      <Section title={`${formatCount(total)} tokens`}>
        {total > 0 && (
          <div className="bar" aria-hidden="true">
            {TOKEN_KINDS.map(({ key, color }) => (
              <span key={key} style={{ flexGrow: usage[key] ?? 0, background: `var(${color})` }} />
            ))}
          </div>
        )}
        <dl className="token-kinds">
          {TOKEN_KINDS.map(({ key, name, color }) => (
            <div key={key}>
              <dt>
                <span className="swatch" style={{ background: `var(${color})` }} />
                {name}
              </dt>
              <dd>{countText(usage[key], unknown)}</dd>
              <dd className="quiet">{shareText(usage[key], total)}</dd>
            </div>
          ))}
        </dl>
      </Section>
      <Section title="Prompt cache">
        <p>{cacheText(formatCachedPercent(usage))}</p>
      </Section>
      <Section title="Cost">
        <p>
          {usage.costUsd === null
            ? isLive(phase)
              ? 'Known once the answer is complete.'
              : 'Not known.'
            : formatUsd(usage.costUsd)}{' '}
          {usage.costUsd !== null && <span className="quiet">{costNote(billing)}</span>}
        </p>
        {payer && <p className="quiet">Paid by {payer}</p>}
      </Section>
    </>
  );
}

function countText(count: number | null, unknown: string): string {
  return count === null ? unknown : formatCount(count);
}

function shareText(count: number | null, total: number): string {
  return count === null || total === 0
    ? ''
    : `${((100 * count) / total).toFixed(count > 0 && count < total / 100 ? 1 : 0)} %`;
}

function cacheText(percent: string | null): string {
  return percent === null
    ? 'The API cached nothing of this prompt, as it does with short ones.'
    : `${percent} of the prompt came from the cache, at a tenth of the price of new tokens.`;
}
