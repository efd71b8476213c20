/** A call of a client's tool, with its arguments and, once it has come, its result. */
import { type ReactNode, useState } from 'react';
import type { SaidPart } from '../../../app/shared/contract';
import { COPY_LIMIT, CopyButton } from '../CopyButton';
import { Icon } from '../Icon';
import { JsonText } from '../json/JsonText';
import { LongText } from '../json/LongText';

type ToolCall = Extract<SaidPart, { kind: 'tool_call' }>;
type ToolResult = Extract<SaidPart, { kind: 'tool_result' }>;

export interface ToolCardProps {
  /** Absent where the message has only the result. */
  call?: ToolCall;
  /** null where it has not come yet, absent where the message does not tell. */
  result?: ToolResult | null | undefined;
  openAtFirst: boolean;
  /** Stands at its end. */
  link?: ReactNode;
}

const WRENCH =
  'M9.6 6.4 3.2 12.8A1.3 1.3 0 0 1 3.2 11 L9.2 5A3.2 3.2 0 0 1 13 2.4L11 4.4 11.6 5.6 13.6 3.2A3.2 3.2 0 0 1 9.6 6.4';

export function ToolCard({ call, result, openAtFirst, link }: ToolCardProps) {
  const [open, setOpen] = useState(openAtFirst);
  const isError = result?.isError ?? false;
  return (
    <article
      className="said-tool"
      data-error={isError}
      aria-label={call ? `Call of the tool ${call.name}` : isError ? 'Failure of a tool' : 'Result of a tool'}
    >
      <details className="said-fold" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <Icon name={WRENCH} />
          <span className="said-tool-name">{call?.name ?? 'Tool result'}</span>
          <span className="said-tool-arguments">{call ? !open && oneLine(call.input) : result?.id}</span>
          <span className="said-tool-state">{stateOf(call, result)}</span>
        </summary>
        {/* What is folded is neither parsed nor drawn. */}
        {open && call && <ToolText text={call.input || '{}'} label="Copy the arguments" growing={!call.done} />}
        {open && result && <ToolText text={result.text} label="Copy the result" />}
        {open && call?.done !== false && link}
      </details>
    </article>
  );
}

function stateOf(call: ToolCall | undefined, result: ToolCardProps['result']): string {
  if (call && !call.done) return 'calling…';
  if (result) return result.isError ? 'failed' : 'done';
  return result === null ? 'no result yet' : 'called';
}

/** Arguments or a result: what is complete may be JSON. */
function ToolText({ text, label, growing = false }: { text: string; label: string; growing?: boolean }) {
  if (text === '') return <p className="quiet">The result has no text.</p>;
  return (
    <div className="said-tool-text">
      {growing ? <LongText text={text} /> : <JsonText text={text} />}
      {!growing && text.length <= COPY_LIMIT && <CopyButton text={text} label={label} />}
    </div>
  );
}

/** Arguments in a few words: `city: "Bergen", days: 3`. */
function oneLine(input: string): string {
  return input
    .slice(0, 400)
    .replace(/\s+/g, ' ')
    .replace(/^\{ ?| ?\}$/g, '')
    .replace(/"([\w-]+)":/g, '$1:');
}
