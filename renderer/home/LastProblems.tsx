/** What went wrong today, in sentences. */
import type { FailedRequest, HomeReport, RequestOutcome } from '../../app/shared/contract';
import { useNavigation } from '../state/services';
import { CodeText } from '../ui/CodeText';
import { formatClock } from '../ui/format';

export function LastProblems({ report }: { report: HomeReport | null }) {
  const navigation = useNavigation();
  const failures = report?.lastFailures ?? [];
  return (
    <section className="last-problems" aria-labelledby="last-problems-title">
      <header className="home-head">
        <h3 id="last-problems-title">Went wrong today</h3>
      </header>
      {failures.length === 0 ? (
        <p className="quiet">Nothing has gone wrong today.</p>
      ) : (
        <ul>
          {failures.map((failure) => (
            <li key={failure.id}>
              <span className="problem-time">{formatClock(failure.at)}</span>
              <div>
                <button
                  type="button"
                  className="problem-sentence"
                  title="Open the request"
                  onClick={() => navigation.open('requests', failure.id)}
                >
                  {failureSentence(failure)}
                </button>
                {failure.error !== null && (
                  <p className="problem-error">
                    <CodeText>{failure.error}</CodeText>
                  </p>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const SENTENCES: Partial<Record<RequestOutcome, string>> = {
  refused: 'was not let in.',
  invalid: 'sent a request that cannot be answered.',
  plan_limit: 'got no answer: the plan was used up.',
  signed_out: 'got no answer: the CLI was signed out.',
  overloaded: 'got no answer: the API, or this app, was at its limit.',
  timeout: 'got no answer in time.',
  broke_off: 'got a part of its answer, then it broke off.',
};

/** `Continue (Phone) got no answer in time.` */
export function failureSentence({ client, keyName, outcome }: FailedRequest): string {
  const who = client === '' ? 'A program' : client;
  return `${keyName === '' ? who : `${who} (${keyName})`} ${SENTENCES[outcome] ?? 'got an error instead of an answer.'}`;
}
