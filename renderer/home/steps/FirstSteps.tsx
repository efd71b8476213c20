/** The checklist of the first day. It turns green by itself; what is not done has one button. */
import { useEffect } from 'react';
import { useApp, useCommands, useNavigation } from '../../state/services';
import { useStoreState } from '../../state/store';
import { Icon } from '../../ui/Icon';
import { usePending } from '../../ui/usePending';
import type { HomeStore } from '../homeStore';
import { type FirstStep, firstSteps } from './stepStates';

export function FirstSteps({ store, onAsk }: { store: HomeStore; onAsk: () => void }) {
  const cli = useApp((app) => app.cli);
  const server = useApp((app) => app.server);
  const asks = useApp((app) => app.asks);
  const report = useStoreState(store, (state) => state.report);
  const shown = useStoreState(store, (state) => state.steps);
  const steps = firstSteps({ cli, server, asks, report });
  const left = steps.filter(({ state }) => state !== 'done').length;
  const isKnown = report !== null;
  useEffect(() => {
    if (isKnown && left > 0 && shown === 'unseen') store.set({ steps: 'open' });
  }, [store, isKnown, left, shown]);
  if (!isKnown || shown !== 'open') return null;
  return (
    <section className="steps" aria-labelledby="steps-title">
      <header className="home-head">
        <h3 id="steps-title">{left === 0 ? 'Everything is set up' : 'First steps'}</h3>
        {left === 0 ? (
          <button type="button" className="button" onClick={() => store.set({ steps: 'dismissed' })}>
            Hide this list
          </button>
        ) : (
          <span className="quiet" aria-live="polite">
            {steps.length - left} of {steps.length} done
          </span>
        )}
      </header>
      <ol>
        {steps.map((step) => (
          <li key={step.id} className="step" data-state={step.state}>
            <span className="step-mark">{step.state === 'done' && <Icon name="check" />}</span>
            <span className="step-text">
              <strong>
                {step.title}
                <span className="visually-hidden">{step.state === 'done' ? ': done' : ': not done'}</span>
              </strong>
              <span>{step.detail}</span>
            </span>
            {step.state === 'todo' && <StepButton step={step} onAsk={onAsk} />}
          </li>
        ))}
      </ol>
    </section>
  );
}

function StepButton({ step: { id }, onAsk }: { step: FirstStep; onAsk: () => void }) {
  const commands = useCommands();
  const navigation = useNavigation();
  const actions = {
    found: { label: 'Check again', run: () => commands.run('cli.check') },
    signed_in: { label: 'Sign in', run: () => commands.run('cli.signIn') },
    server: { label: 'Start server', run: () => commands.run('server.start') },
    asked: { label: 'Ask', run: async () => onAsk() },
    connected: { label: 'Connect a program', run: async () => navigation.open('connect') },
  };
  const { label, run } = actions[id];
  const [start, pending] = usePending(run);
  return (
    <button type="button" className="button" disabled={pending} onClick={start}>
      {label}
    </button>
  );
}
