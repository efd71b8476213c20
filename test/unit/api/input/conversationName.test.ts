import { describe, expect, test } from 'vitest';
import { conversationName } from '../../../../app/api/input/conversationName';

const headers = (fields: Record<string, string>) => (name: string) => fields[name];
const NONE = headers({});

describe('the name of a conversation', () => {
  test.each<[string, Parameters<typeof conversationName>, ReturnType<typeof conversationName>]>([
    ['is the body’s `id`', [{ id: 'a', conversation_id: 'b' }, NONE], { kind: 'id', id: 'a' }],
    ['is `conversation_id` where `id` is empty', [{ id: '', conversation_id: 'b' }, NONE], { kind: 'id', id: 'b' }],
    [
      'is taken from the body rather than from a header',
      [{ id: 'a' }, headers({ 'x-openwebui-chat-id': 'c' })],
      { kind: 'id', id: 'a' },
    ],
    [
      'is a label where Open WebUI’s header gives it',
      [{}, headers({ 'x-openwebui-chat-id': 'c' })],
      { kind: 'label', id: 'c' },
    ],
    ['is a label where Codex’s header gives it', [{}, headers({ 'thread-id': 't' })], { kind: 'label', id: 't' }],
    ['is a label where `prompt_cache_key` gives it', [{ prompt_cache_key: 'p' }, NONE], { kind: 'label', id: 'p' }],
    ['is absent for a temporary chat', [{}, headers({ 'x-openwebui-chat-id': 'local:c' })], undefined],
    ['is absent for a channel', [{}, headers({ 'x-openwebui-chat-id': 'channel:c' })], undefined],
    ['is absent where neither body nor headers give one', [{ id: null }, NONE], undefined],
  ])('%s', (_, args, name) => {
    expect(conversationName(...args)).toEqual(name);
  });
});
