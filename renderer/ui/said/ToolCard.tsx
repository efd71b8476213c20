/** A call of a client's tool, with its arguments and, once it has come, its result. */
import type { SaidPart } from '../../../app/shared/contract';
import { formatCount } from '../format';
import { Icon } from '../Icon';
import { CodeBlock } from '../markdown/CodeBlock';

export interface ToolCardProps {
  /** Absent where the message has only the result. */
  call?: Extract<SaidPart, { kind: 'tool_call' }> | undefined;
  result?: Extract<SaidPart, { kind: 'tool_result' }> | undefined;
}

/** A longer result is shown in part, in characters. */
const SHOWN_RESULT = 20_000;

const WRENCH =
  'M9.6 6.4 3.2 12.8A1.3 1.3 0 0 1 3.2 11 L9.2 5A3.2 3.2 0 0 1 13 2.4L11 4.4 11.6 5.6 13.6 3.2A3.2 3.2 0 0 1 9.6 6.4';

export function ToolCard({ call, result }: ToolCardProps) {
  const state = stateOf(call, result);
  return (
    <details className="said-fold said-tool" data-error={result?.isError ?? false}>
      <summary>
        <Icon name={WRENCH} />
        <span className="said-tool-name">{call?.name ?? 'Tool result'}</span>
        {call && <span className="said-tool-arguments">{oneLine(call.input)}</span>}
        <span className="said-tool-state">{state}</span>
      </summary>
      {call && <CodeBlock code={call.input} info="arguments" />}
      {result && <Result result={result} />}
    </details>
  );
}

function stateOf(call: ToolCardProps['call'], result: ToolCardProps['result']): string {
  if (call && !call.done) return 'calling…';
  if (!result) return 'no result yet';
  return result.isError ? 'failed' : 'done';
}

function Result({ result: { text, isError } }: { result: NonNullable<ToolCardProps['result']> }) {
  const left = text.length - SHOWN_RESULT;
  if (text === '') return <p className="quiet">The result has no text.</p>;
  return (
    <>
      <CodeBlock code={left > 0 ? text.slice(0, SHOWN_RESULT) : text} info={isError ? 'error' : 'result'} />
      {left > 0 && <p className="quiet">{formatCount(left)} more characters; an export has all of them.</p>}
    </>
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
