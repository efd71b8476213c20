/** A text in which what is searched for is marked. */
import { Fragment } from 'react';

export function Highlighted({ text, words }: { text: string; words: readonly string[] }) {
  if (words.length === 0) return text;
  const pattern = words.map((word) => word.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')).join('|');
  // With a group in the pattern, every second piece is a match. A piece is known by where it starts.
  let start = 0;
  return text.split(new RegExp(`(${pattern})`, 'gi')).map((piece, index) => {
    const key = `${index} ${start}`;
    start += piece.length;
    return index % 2 === 1 ? <mark key={key}>{piece}</mark> : <Fragment key={key}>{piece}</Fragment>;
  });
}
