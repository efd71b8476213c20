/** The parts of a question or an answer. */
import type { SaidPart } from '../../../../app/shared/contract';
import { CopyButton } from '../../../ui/CopyButton';
import { formatBytes, formatCount } from '../../../ui/format';
import { Icon } from '../../../ui/Icon';
import { JsonText } from '../../../ui/json/JsonText';
import { LongText } from '../../../ui/json/LongText';
import { Markdown } from '../../../ui/markdown/Markdown';
import { OUTCOME_LOOKS } from '../../list/outcomeLook';

export interface SaidPartsProps {
  parts: readonly SaidPart[];
  /** The last part is still growing. */
  running?: boolean;
  /** Opens the request with the other side of a tool's call; null where there is none. */
  onOther: (() => void) | null;
  otherLabel: string;
}

export function SaidParts({ parts, running = false, onOther, otherLabel }: SaidPartsProps) {
  return parts.map((part, position) => {
    const key = `${position} ${part.kind}`;
    const grows = running && position === parts.length - 1;
    return <Part key={key} {...{ part, grows, onOther, otherLabel }} />;
  });
}

interface PartProps extends Pick<SaidPartsProps, 'onOther' | 'otherLabel'> {
  part: SaidPart;
  grows: boolean;
}

function Part({ part, grows, onOther, otherLabel }: PartProps) {
  const other = onOther && (
    <button type="button" className="link said-link" onClick={onOther}>
      {otherLabel}
    </button>
  );
  switch (part.kind) {
    case 'text':
      return <Text text={part.text} grows={grows} />;
    case 'thinking':
      return (
        <details className="fold">
          <summary>
            {grows ? 'Thinking…' : 'Thinking'} <span className="quiet">{formatCount(part.text.length)} characters</span>
          </summary>
          <LongText text={part.text} />
        </details>
      );
    case 'tool_call':
      return (
        <article className="card" aria-label={`Call of the tool ${part.name}`}>
          <header>
            <Icon name={OUTCOME_LOOKS.called_tools.icon} />
            <strong>{part.name}</strong>
            <span className="quiet">{part.done ? 'called' : 'is being called…'}</span>
            {part.done && <CopyButton text={part.input} label="Copy the arguments" />}
          </header>
          {part.done ? <JsonText text={part.input || '{}'} /> : <LongText text={part.input} />}
          {part.done && other}
        </article>
      );
    case 'tool_result':
      return (
        <article
          className="card"
          data-error={part.isError}
          aria-label={part.isError ? 'Failure of a tool' : 'Result of a tool'}
        >
          <header>
            <Icon name={part.isError ? 'warning' : 'check'} />
            <strong>{part.isError ? 'Tool failed' : 'Tool result'}</strong>
            <code className="quiet">{part.id}</code>
            <CopyButton text={part.text} label="Copy the result" />
          </header>
          <JsonText text={part.text} />
          {other}
        </article>
      );
    case 'image':
      return part.dataUrl === null ? (
        <p className="attachment">
          Image, {part.mediaType}, {formatBytes(part.bytes)}: too large to show
        </p>
      ) : (
        <figure className="said-image">
          <img src={part.dataUrl} alt={`Sent by the client, ${part.mediaType}`} />
          <figcaption className="quiet">
            {part.mediaType}, {formatBytes(part.bytes)}
          </figcaption>
        </figure>
      );
    case 'document':
      return (
        <p className="attachment">
          <strong>{part.title || 'Document'}</strong> {formatBytes(part.bytes)}
        </p>
      );
  }
}

function Text({ text, grows }: { text: string; grows: boolean }) {
  return (
    <div className="said-text">
      <Markdown text={text} streaming={grows} />
      {!grows && text.length > 0 && text.length <= 1_000_000 && <CopyButton text={text} label="Copy this text" />}
    </div>
  );
}
