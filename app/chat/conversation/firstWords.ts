/** The title of a conversation that nobody has named. */
import type { Message } from '../request';

/** In characters. */
const LENGTH = 80;

/** The start of the first question, on one line; '' where it has no text. */
export function firstWords(messages: readonly Message[]): string {
  const first = messages.find(({ role }) => role === 'user');
  const text = first?.content.find((block) => block.type === 'text')?.text ?? '';
  const characters = [...text.slice(0, 100_000).trim().replace(/\s+/g, ' ')];
  return characters.length <= LENGTH ? characters.join('') : `${characters.slice(0, LENGTH - 1).join('')}…`;
}
