/** Finds the words of a search in a text. */

/** The text in pieces: those at odd places are words of the search. Capitals do not count. */
export function markedPieces(text: string, words: string): string[] {
  const wanted = words
    .split(/\s+/)
    .filter(Boolean)
    // The longer first: of two words that begin alike, it is the one that is there.
    .sort((a, b) => b.length - a.length)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  if (wanted.length === 0) return [text];
  return text.split(new RegExp(`(${wanted.join('|')})`, 'giu'));
}
