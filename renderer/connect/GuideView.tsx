/** One guide: the choices that its texts are made from, the steps, and whether the program's requests arrive. */
import { isConfigProgram } from '../../app/shared/connect/configFiles';
import type { GuideSummary } from '../../app/shared/connect/guide';
import { useStoreState } from '../state/store';
import { Choices } from './Choices';
import type { ConnectStore } from './connectStore';
import { KeyLine } from './KeyLine';
import { ReachNotice } from './ReachNotice';
import { RequestWatch } from './RequestWatch';
import { Steps } from './Steps';
import { useGuideValues, useReachProblem } from './useGuideValues';
import { useMakeKey } from './useMakeKey';
import { WriteForMe } from './write/WriteForMe';

export function GuideView({ store, guide }: { store: ConnectStore; guide: GuideSummary }) {
  const { place, keys, options } = useStoreState(store, (state) => state);
  const { values, model, key } = useGuideValues(store, guide);
  const makeKey = useMakeKey(store, guide);
  const problem = useReachProblem(store, guide);
  const { id, title, speaks, clients, libraries = [], notes = [], sources, tested } = guide;
  const file = isConfigProgram(id) ? options?.files.find((one) => one.program === id) : undefined;

  return (
    <article className="guide" aria-labelledby="guide-title">
      <header className="guide-head">
        <div>
          <h2 id="guide-title">{title}</h2>
          <p className="guide-sub">Speaks {speaks}</p>
        </div>
        <RequestWatch mark={{ clients, keyId: keys[id]?.id }} libraries={libraries} />
      </header>
      <div className="guide-body">
        <Choices store={store} model={model} />
        <KeyLine made={keys[id]} isNeeded={values.key !== null} makeKey={makeKey} />
        {problem && <ReachNotice problem={problem} makeKey={makeKey} />}
        {isConfigProgram(id) && place === 'here' && (
          <WriteForMe
            key={`${model} ${key ?? ''}`}
            store={store}
            program={id}
            title={title}
            file={file}
            values={{ model, key }}
          />
        )}
        <Steps guide={id} values={values} />
        {notes.length > 0 && (
          <section className="guide-notes" aria-label="Good to know">
            <h3>Good to know</h3>
            <ul>
              {notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
          </section>
        )}
        <p className="guide-sources">
          In the log as {[...clients, ...libraries].join(' or ')}. From: {sources.join('; ')}.
          {tested !== undefined && ' Tested with Claudacity.'}
        </p>
      </div>
    </article>
  );
}
