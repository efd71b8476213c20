/** A text as it is, of which a very long one is shown in parts. */
import { useState } from 'react';
import { formatCount } from '../format';
import './json.css';

/** How much is shown at first, and how much more at each click, in characters. */
const FIRST_PART = 12_000;
const NEXT_PART = 50_000;

export function LongText({ text }: { text: string }) {
  const [length, setLength] = useState(FIRST_PART);
  const rest = text.length - length;
  return (
    <>
      <pre className="long-text">{rest > 0 ? text.slice(0, length) : text}</pre>
      {rest > 0 && (
        <button type="button" className="button" onClick={() => setLength(length + NEXT_PART)}>
          Show more ({formatCount(rest)} characters left)
        </button>
      )}
    </>
  );
}
