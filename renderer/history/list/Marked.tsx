/** A text in which the words of a search are marked. */
import { markedPieces } from './markedPieces';

export function Marked({ text, words }: { text: string; words: string }) {
  return markedPieces(text, words).map((piece, index) => {
    const key = `${index}`;
    return index % 2 === 1 ? <mark key={key}>{piece}</mark> : piece;
  });
}
