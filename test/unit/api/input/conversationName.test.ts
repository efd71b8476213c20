import { describe, expect, test } from 'vitest';
import { conversationName, isTask } from '../../../../app/api/input/conversationName';
import type { Message } from '../../../../app/chat/request';

const headers = (fields: Record<string, string>) => (name: string) => fields[name];
const NONE = headers({});

describe('the name of a conversation', () => {
  test.each<[string, Parameters<typeof conversationName>, ReturnType<typeof conversationName>]>([
    ['is the body’s `id`', [{ id: 'a', conversation_id: 'b' }, NONE], { kind: 'id', id: 'a' }],
    ['is else its `conversation_id`', [{ id: '', conversation_id: 'b' }, NONE], { kind: 'id', id: 'b' }],
    ['goes before what a header says', [{ id: 'a' }, headers({ 'x-openwebui-chat-id': 'c' })], { kind: 'id', id: 'a' }],
    ['is a label in Open WebUI’s header', [{}, headers({ 'x-openwebui-chat-id': 'c' })], { kind: 'label', id: 'c' }],
    ['is a label in Codex’s header', [{}, headers({ 'thread-id': 't' })], { kind: 'label', id: 't' }],
    ['is a label in `prompt_cache_key`', [{ prompt_cache_key: 'p' }, NONE], { kind: 'label', id: 'p' }],
    ['is none of a temporary chat’s', [{}, headers({ 'x-openwebui-chat-id': 'local:c' })], undefined],
    ['is none of a channel’s', [{}, headers({ 'x-openwebui-chat-id': 'channel:c' })], undefined],
    ['is none where nothing is said', [{ id: null }, NONE], undefined],
  ])('%s', (_, given, name) => {
    expect(conversationName(...given)).toEqual(name);
  });
});

const user = (text: string): Message => ({ role: 'user', content: [{ type: 'text', text }] });
const TITLE = '### Task:\nGenerate a title.\n### Output:\nJSON format: { "title": "…" }\n### Chat History:\n…';
const SUMMARY =
  '### Task:\nSummarize the conversation history.\n\n### Previous Summary:\n<context>\n\n### Messages Being Compacted:\n…';
const REVIEWER = "You are Open WebUI's private memory reviewer. Return only valid JSON.";

describe('a question about a chat', () => {
  const asked = { system: '', messages: [user(TITLE)], stream: false, hasTools: false };

  test.each<[string, Parameters<typeof isTask>, boolean]>([
    ['is known by the form of Open WebUI’s templates', [asked, NONE], true],
    ['is known with the model’s own system prompt too', [{ ...asked, system: 'Be brief.' }, NONE], true],
    ['is the choice of a tool, too', [{ ...asked, system: 'Available Tools: []', messages: [user('hi')] }, NONE], true],
    [
      'is one where the chat itself speaks of <context>',
      [{ ...asked, messages: [user(`${TITLE}\n<chat_history>\nUSER: <context>\n</chat_history>`)] }, NONE],
      true,
    ],
    ['is the summary of a chat that has become too long, too', [{ ...asked, messages: [user(SUMMARY)] }, NONE], true],
    [
      'is what Open WebUI asks about its memories, too',
      [{ ...asked, system: REVIEWER, messages: [user('Review the completed conversation turn.')] }, NONE],
      true,
    ],
    [
      'is what a header names as one',
      [{ ...asked, messages: [user('hi')], stream: true }, headers({ 'x-claudacity-task': 'moa' })],
      true,
    ],
    [
      'is none where the header’s variable was not filled in',
      [{ ...asked, messages: [user('hi')] }, headers({ 'x-claudacity-task': '{{TASK}}' })],
      false,
    ],
    [
      'is none where documents come with it',
      [{ ...asked, messages: [user(`${TITLE}<context></context>`)] }, NONE],
      false,
    ],
    ['is none that is streamed', [{ ...asked, stream: true }, NONE], false],
    ['is none that brings tools', [{ ...asked, hasTools: true }, NONE], false],
    [
      'is none with a history',
      [{ ...asked, messages: [user('a'), { role: 'assistant', content: [] }, user(TITLE)] }, NONE],
      false,
    ],
    ['is none that only begins like one', [{ ...asked, messages: [user('### Task: wash the car')] }, NONE], false],
  ])('%s', (_, given, expected) => {
    expect(isTask(...given)).toBe(expected);
  });
});
