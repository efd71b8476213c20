/** Converts the messages of a request into those of the Messages API: the history, and the question that follows it. */
import type { ApiBlock, ApiMessage } from '../../claude/process/outgoingMessages';
import { cliToolName } from '../../claude/process/tools/toolNames';
import { ChatError } from '../errors';
import type { AssistantBlock, Message, UserBlock } from '../request';

export interface ApiConversation {
  /** The roles alternate. The first message is the user's, unless the client began with the assistant's. */
  readonly history: readonly ApiMessage[];
  readonly question: ApiBlock[];
  /** For each message of the history and for the question: the index of the message of the request with which it begins. */
  readonly starts: readonly number[];
}

/**
 * Consecutive messages of one role become one message with all their blocks, since the CLI would join them itself, with
 * line breaks between. Blank texts are left out, since the API refuses them and the CLI would send "(no content)".
 * @throws ChatError `invalid_request` where the last message is not the user's or is empty.
 */
export function toApiConversation(messages: readonly Message[]): ApiConversation {
  const merged: ApiMessage[] = [];
  const starts: number[] = [];
  for (const [index, { role, content }] of messages.entries()) {
    const blocks = content.filter((block) => block.type !== 'text' || block.text.trim() !== '').map(apiBlock);
    const previous = merged.at(-1);
    if (blocks.length === 0) continue;
    if (previous?.role === role) previous.content.push(...blocks);
    else {
      merged.push({ role, content: blocks });
      starts.push(index);
    }
  }
  const question = merged.pop();
  if (question?.role !== 'user') {
    throw new ChatError('invalid_request', 'the last message must be the user’s and must not be empty', {
      param: 'messages',
    });
  }
  return { history: merged, question: question.content, starts };
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
      return { type: 'tool_use', id: block.id, name: cliToolName(block.name), input: block.input };
    case 'tool_result':
      return {
        type: 'tool_result',
        tool_use_id: block.toolUseId,
        content: block.content.map(apiBlock),
        is_error: block.isError,
      };
  }
}
