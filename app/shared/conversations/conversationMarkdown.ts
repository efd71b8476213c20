/** A conversation as Markdown: for files and for the clipboard. */
import type { SaidPart } from '../requests/requestTexts';
import type { SaidMessage } from './conversationTexts';

const ROLE_NAMES: Readonly<Record<SaidMessage['role'], string>> = { user: 'User', assistant: 'Claude' };

/** A message with its speaker as the heading. */
export function messageMarkdown({ role, parts }: SaidMessage): string {
  return `## ${ROLE_NAMES[role]}\n\n${partsMarkdown(parts)}\n`;
}

/** Thinking becomes a quote, and calls of tools and their results become code. */
export function partsMarkdown(parts: readonly SaidPart[]): string {
  return parts.map(partMarkdown).join('\n\n');
}

function partMarkdown(part: SaidPart): string {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'thinking':
      return part.text.replace(/^/gm, '> ');
    case 'tool_call':
      return `**Tool call: ${part.name}**\n\n${fenced(part.input, 'json')}`;
    case 'tool_result':
      return `**${part.isError ? 'Tool error' : 'Tool result'}**\n\n${fenced(part.text)}`;
    case 'image':
      return `*Image: ${part.mediaType}, ${part.bytes} bytes*`;
    case 'document':
      return `*Document: ${part.title}, ${part.bytes} bytes*`;
  }
}

/** A fence is longer than each one in the text. */
function fenced(text: string, language = ''): string {
  const longest = Math.max(2, ...(text.match(/`{3,}/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
