/** A text that may be JSON: as a tree whose parts fold where it is large, else as it is. */
import { useMemo } from 'react';
import { JsonTree } from './JsonTree';
import { LongText } from './LongText';
import { parseBody } from './parseBody';
import './json.css';

export function JsonText({ text }: { text: string }) {
  const body = useMemo(() => parseBody(text), [text]);
  if (body.kind === 'json') {
    return (
      <div className="json">
        <JsonTree value={body.value} />
      </div>
    );
  }
  if (body.kind === 'lines') {
    return (
      <div className="json">
        <JsonTree value={body.lines} bare />
      </div>
    );
  }
  return <LongText text={text} />;
}
