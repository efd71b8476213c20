/** How words are compared: without case, and without accents on letters. The index folds in the same way. */

/** searchWorker.cjs has the same. */
export function foldText(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** The words of a search, folded. */
export function searchedWords(text: string): string[] {
  const words = foldText(text)
    .split(/[\s\p{C}]+/u)
    .filter((word) => word !== '');
  return [...new Set(words)];
}

/** @param words folded. */
export function holdsWords(text: string, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const folded = foldText(text);
  return words.every((word) => folded.includes(word));
}
