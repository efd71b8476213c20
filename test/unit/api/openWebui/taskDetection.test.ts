import { describe, expect, test } from 'vitest';
import { isTask, isToolSelectionTask } from '../../../../app/api/openWebui/taskDetection';
import type { Message } from '../../../../app/chat/request';

const headers = (fields: Record<string, string>) => (name: string) => fields[name];
const NONE = headers({});

const user = (text: string): Message => ({ role: 'user', content: [{ type: 'text', text }] });
const TITLE = '### Task:\nGenerate a title.\n### Output:\nJSON format: { "title": "…" }\n### Chat History:\n…';
const SUMMARY =
  '### Task:\nSummarize the conversation history.\n\n### Previous Summary:\n<context>\n\n### Messages Being Compacted:\n…';
const REVIEWER = "You are Open WebUI's private memory reviewer. Return only valid JSON.";

describe('a task about a chat', () => {
  const title = { system: '', messages: [user(TITLE)], stream: false, hasTools: false };

  test.each<[string, Parameters<typeof isTask>, boolean]>([
    ['is recognized by the form of Open WebUI’s templates', [title, NONE], true],
    ['is recognized under a system prompt of the user’s', [{ ...title, system: 'Be brief.' }, NONE], true],
    [
      'includes the selection of tools',
      [{ ...title, system: 'Available Tools: []', messages: [user('hi')] }, NONE],
      true,
    ],
    [
      'is recognized where the quoted chat contains <context>',
      [{ ...title, messages: [user(`${TITLE}\n<chat_history>\nUSER: <context>\n</chat_history>`)] }, NONE],
      true,
    ],
    ['includes the summary of a chat that has become too long', [{ ...title, messages: [user(SUMMARY)] }, NONE], true],
    [
      'includes the review of memories',
      [{ ...title, system: REVIEWER, messages: [user('Review the completed conversation turn.')] }, NONE],
      true,
    ],
    [
      'is whatever a header names as one',
      [{ ...title, messages: [user('hi')], stream: true }, headers({ 'x-claudacity-task': 'moa' })],
      true,
    ],
    [
      'is not taken from a header whose variable was not filled in',
      [{ ...title, messages: [user('hi')] }, headers({ 'x-claudacity-task': '{{TASK}}' })],
      false,
    ],
    ['is not a question about documents', [{ ...title, messages: [user(`${TITLE}<context></context>`)] }, NONE], false],
    ['is not a streamed request', [{ ...title, stream: true }, NONE], false],
    ['is not a request with tools', [{ ...title, hasTools: true }, NONE], false],
    [
      'is not a request with a history',
      [{ ...title, messages: [user('a'), { role: 'assistant', content: [] }, user(TITLE)] }, NONE],
      false,
    ],
    [
      'is not a message that only begins like the template',
      [{ ...title, messages: [user('### Task: wash the car')] }, NONE],
      false,
    ],
  ])('%s', (_, args, expected) => {
    expect(isTask(...args)).toBe(expected);
  });
});

const SELECTION = {
  system: 'Available Tools: [{"name":"get_weather"}]\n\nReturn only the JSON object, with "tool_calls".',
  messages: [user('Query: weather in Oslo?')],
  stream: false,
  hasTools: false,
};

test.each([
  ['Open WebUI’s default template', {}],
  ['a reworded template', { system: 'Choose from these and answer with JSON: {"tool_calls":[]}' }],
  ['a template behind another system prompt', { system: `You are a pirate.\n${SELECTION.system}` }],
  ['a history', { messages: [user('History:\nUSER: """hi"""\nQuery: weather in Oslo?')], system: 'JSON tool_calls' }],
])('recognizes the selection of tools by %s', (_what, change) => {
  expect(isToolSelectionTask({ ...SELECTION, ...change }, NONE)).toBe(true);
  expect(isTask({ ...SELECTION, ...change }, NONE)).toBe(true);
});

test('recognizes the selection of tools by a header alone', () => {
  const header = headers({ 'x-claudacity-task': 'function_calling' });
  expect(isToolSelectionTask({ ...SELECTION, system: '', messages: [user('Oslo?')] }, header)).toBe(true);
});

test.each([
  ['a streamed chat', { stream: true }],
  ['a chat with tools', { hasTools: true }],
  ['a chat with a history', { messages: [user('a'), user('b')] }],
  ['a chat about such JSON', { system: 'You explain JSON and tool_calls.', messages: [user('What is tool_calls?')] }],
  ['a query of another kind', { system: 'Answer in JSON.', messages: [user('Query: weather in Oslo?')] }],
])('does not take %s for the selection of tools', (_what, change) => {
  expect(isToolSelectionTask({ ...SELECTION, ...change }, NONE)).toBe(false);
});
