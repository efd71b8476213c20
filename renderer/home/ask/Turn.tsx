/** A question and its answer, which grows while it is given. */
import type { AskTurn } from '../../../app/shared/contract';
import { CopyButton } from '../../ui/CopyButton';
import { formatDuration, plural } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { Markdown } from '../../ui/markdown/Markdown';

export function Turn({ turn }: { turn: AskTurn }) {
  const { question, answer, phase, error, model, durationMs, output } = turn;
  return (
    <li className="turn" data-phase={phase}>
      <p className="turn-question">{question}</p>
      {answer !== '' && (
        <div className="turn-answer">
          <Markdown text={answer} streaming={phase === 'answering'} />
        </div>
      )}
      {phase === 'answering' && answer === '' && (
        <p className="turn-note">
          <span className="dot" /> {model} is reading the question…
        </p>
      )}
      {error !== null && (
        <p className="turn-error" role="alert">
          <Icon name="warning" /> {error}
        </p>
      )}
      {phase !== 'answering' && (
        <p className="turn-note">
          {[
            phase === 'stopped' && 'You stopped it',
            model,
            output !== null && plural(output, 'token'),
            durationMs !== null && formatDuration(durationMs),
          ]
            .filter(Boolean)
            .join(' · ')}
          {answer !== '' && <CopyButton text={answer} label="Copy answer" />}
        </p>
      )}
      {/* The answer itself would be read out piece by piece. */}
      <span className="visually-hidden" aria-live="polite">
        {phase === 'done' ? 'The answer is complete.' : phase === 'answering' ? 'Claude is answering.' : ''}
      </span>
    </li>
  );
}
