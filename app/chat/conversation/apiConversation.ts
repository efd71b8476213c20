/** A request's messages as the CLI takes them: the turns that are over, and the question. */
import type { ApiBlock, ApiMessage } from '../../claude/process/messages';
import { ChatError } from '../errors';
import type { AssistantBlock, Message, UserBlock } from '../request';

export interface ApiConversation {
  /** Roles alternate; the first is the user's wherever the client's was. */
  readonly history: readonly ApiMessage[];
  readonly question: ApiBlock[];
}

/**
 * Messages of one role in a row become one message with all their blocks, since the CLI would join them itself and
 * put line breaks between; blank texts are left out, since the API refuses them and the CLI would send "(no content)".
 * @throws ChatError `invalid_request` where there is nothing to ask.
 */
export function toApiConversation(messages: readonly Message[]): ApiConversation {
  const turns: ApiMessage[] = [];
  for (const { role, content } of messages) {
    const blocks = content.filter((block) => block.type !== 'text' || block.text.trim() !== '').map(apiBlock);
    const previous = turns.at(-1);
    if (blocks.length === 0) continue;
    if (previous?.role === role) previous.content.push(...blocks);
    else turns.push({ role, content: blocks });
  }
  const question = turns.pop();
  if (question?.role !== 'user') {
    throw new ChatError('invalid_request', 'the last message must be the user’s and must not be empty', {
      param: 'messages',
    });
  }
  return { history: turns, question: question.content };
}

function apiBlock(block: UserBlock | AssistantBlock): ApiBlock {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.text };
    case 'image':
      return { type: 'image', source: { type: 'base64', media_type: block.mediaType, data: block.data } };
    case 'document': {
      const source = { type: 'base64', media_type: 'application/pdf', data: block.data } as const;
      return { type: 'document', source, ...(block.title && { title: block.title }) };
    }
    case 'tool_use':
      return { type: 'tool_use', id: block.id, name: block.name, input: block.input };
    case 'tool_result':
      return {
        type: 'tool_result',
        tool_use_id: block.toolUseId,
        content: block.content.map(apiBlock),
        is_error: block.isError,
      };
  }
}
