/** Ask Claude something here: a text box whose answer streams into the page, and follow-up questions in the same conversation. */
import { type KeyboardEvent, type RefObject, useEffect, useState } from 'react';
import type { ModelName } from '../../../app/shared/contract';
import { callErrorText } from '../../state/callErrorText';
import { useApp, useCommands } from '../../state/services';
import { useStoreState } from '../../state/store';
import type { HomeStore } from '../homeStore';
import { Turn } from './Turn';

export function Ask({ store, field }: { store: HomeStore; field: RefObject<HTMLTextAreaElement | null> }) {
  const commands = useCommands();
  const { turns } = useApp((app) => app.asks);
  const draft = useStoreState(store, (state) => state.draft);
  const chosen = useStoreState(store, (state) => state.model);
  const models = useModels();
  const [failure, setFailure] = useState<string | null>(null);
  const running = turns.at(-1)?.phase === 'answering';
  const model = models.find(({ id }) => id === chosen)?.id ?? models[0]?.id ?? 'sonnet';

  const ask = async () => {
    const text = draft.trim();
    if (text === '' || running) return;
    setFailure(null);
    try {
      await commands.call('ask.start', { model, text });
      store.set({ draft: '' });
    } catch (error) {
      setFailure(callErrorText(error));
    }
  };
  const stop = () => void commands.run('ask.stop');
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      void ask();
    }
    if (event.key === 'Escape' && running) {
      event.preventDefault();
      event.stopPropagation();
      stop();
    }
  };

  return (
    <section className="ask" aria-labelledby="ask-title">
      <header className="home-head">
        <h3 id="ask-title">Ask Claude</h3>
        {turns.length > 0 && (
          <button type="button" className="link" onClick={() => void commands.run('ask.clear')}>
            New conversation
          </button>
        )}
      </header>
      {turns.length > 0 && (
        <ol className="ask-turns" aria-label="Conversation">
          {turns.map((turn) => (
            <Turn key={turn.id} turn={turn} />
          ))}
        </ol>
      )}
      <div className="ask-box">
        <textarea
          ref={field}
          rows={Math.min(8, Math.max(2, draft.split('\n').length))}
          aria-label="Question"
          aria-describedby="ask-keys"
          placeholder={turns.length > 0 ? 'Ask on…' : 'Ask it something…'}
          value={draft}
          onChange={({ target }) => store.set({ draft: target.value })}
          onKeyDown={onKeyDown}
        />
        <div className="ask-bar">
          <select
            className="field"
            aria-label="Model"
            value={model}
            onChange={({ target }) => store.set({ model: target.value })}
          >
            {(models.length > 0 ? models : [{ id: 'sonnet', title: 'sonnet' }]).map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
          <span id="ask-keys" className="ask-keys">
            Enter sends, Shift+Enter begins a line, Esc stops
          </span>
          {running ? (
            <button type="button" className="button" onClick={stop}>
              Stop
            </button>
          ) : (
            <button
              type="button"
              className="button button-main"
              disabled={draft.trim() === ''}
              onClick={() => void ask()}
            >
              Ask
            </button>
          )}
        </div>
      </div>
      {failure !== null && (
        <p className="ask-failure" role="alert">
          {failure}
        </p>
      )}
    </section>
  );
}

/** The models that the CLI lists; none until they are known. */
function useModels(): ModelName[] {
  const commands = useCommands();
  const phase = useApp((app) => app.cli.phase);
  const [models, setModels] = useState<ModelName[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list may be another one once the CLI has come up
  useEffect(() => {
    let shown = true;
    commands.call('models.all').then(
      (all) => shown && setModels(all),
      () => undefined,
    );
    return () => {
      shown = false;
    };
  }, [commands, phase]);
  return models;
}
