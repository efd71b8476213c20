/** A conversation as a file for other programs. */
import type { ExportedConversation, ExportFormat, SaidMessage, StoredConversation } from '../../shared/contract';
import { messageMarkdown } from '../../shared/conversations/conversationMarkdown';
import { allTokens } from '../../shared/usage';

const EXTENSIONS: Readonly<Record<ExportFormat, string>> = { markdown: 'md', json: 'json' };

/** In characters. */
const NAME_LENGTH = 60;

export function exportConversation(
  conversation: StoredConversation,
  messages: readonly SaidMessage[],
  format: ExportFormat,
): ExportedConversation {
  const title = conversation.ownTitle ?? (conversation.title || conversation.name) ?? '';
  return {
    fileName: `${fileNameOf(title)}.${EXTENSIONS[format]}`,
    text: format === 'json' ? asJson(conversation, messages) : asMarkdown(conversation, title, messages),
  };
}

function asMarkdown(conversation: StoredConversation, title: string, messages: readonly SaidMessage[]): string {
  const { client, model, turns, usage, createdAt, usedAt } = conversation;
  const facts = [
    client,
    model,
    `${turns} turns`,
    `${allTokens(usage)} tokens`,
    `${new Date(createdAt).toISOString()} to ${new Date(usedAt).toISOString()}`,
  ];
  const head = `# ${title || 'Conversation'}\n\n${facts.join(' · ')}\n`;
  return [head, ...messages.map(messageMarkdown)].join('\n');
}

/** Times are ISO 8601. Images are described, not contained. */
function asJson(conversation: StoredConversation, messages: readonly SaidMessage[]): string {
  const { id, title, ownTitle, name, client, keyName, model, turns, usage, createdAt, usedAt } = conversation;
  const content = {
    ...{ id, title: ownTitle ?? title, clientName: name, client, key: keyName, model, turns, usage },
    createdAt: new Date(createdAt).toISOString(),
    usedAt: new Date(usedAt).toISOString(),
    messages: messages.map(({ role, parts }) => ({
      role,
      parts: parts.map((part) => (part.kind === 'image' ? { ...part, dataUrl: undefined } : part)),
    })),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** Without the characters that a file system or a shell takes for something else. */
function fileNameOf(title: string): string {
  const plain = title
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}<>:"/\\|?*]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const cut = [...plain]
    .slice(0, NAME_LENGTH)
    .join('')
    .replace(/[. …]+$/, '')
    .replace(/^[. ]+/, '');
  // Windows has devices of these names.
  return cut === '' || /^(?:con|prn|aux|nul|com\d|lpt\d)$/i.test(cut) ? 'Conversation' : cut;
}
