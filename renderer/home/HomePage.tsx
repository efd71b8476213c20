/** The home page: the first steps on the first day; what runs, what today has used and what went wrong on every other. */
import { useCallback, useRef } from 'react';
import { usePageStore } from '../state/pageStores';
import { useStoreState } from '../state/store';
import { Ask } from './ask/Ask';
import { createHomeStore } from './homeStore';
import { LastProblems } from './LastProblems';
import { PlanLeft } from './PlanLeft';
import { RunningNow } from './RunningNow';
import { FirstSteps } from './steps/FirstSteps';
import { TodayUsual } from './TodayUsual';
import { useHomeReport } from './useHomeReport';
import './home.css';

export default function HomePage() {
  const store = usePageStore(createHomeStore);
  useHomeReport(store);
  const report = useStoreState(store, (state) => state.report);
  const field = useRef<HTMLTextAreaElement>(null);
  const focusField = useCallback(() => {
    field.current?.scrollIntoView({ block: 'center' });
    field.current?.focus();
  }, []);
  return (
    <div className="pane home">
      <h2 className="visually-hidden">Home</h2>
      <div className="home-columns">
        <div className="home-main">
          <FirstSteps store={store} onAsk={focusField} />
          <Ask store={store} field={field} />
          <RunningNow />
        </div>
        <div className="home-side">
          <TodayUsual report={report} />
          <PlanLeft />
          <LastProblems report={report} />
        </div>
      </div>
    </div>
  );
}
