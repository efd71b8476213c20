/** A `claude` process is killed, as the system does when memory runs out, at each stage of an answer. */
import { expect } from 'vitest';
import { request } from '../../support/dialectClient';
import { gate, text, thinking, toolUse } from '../../support/messagesApi';
import type { TestApp } from '../../support/testApp';
import { ANSWERED, TOLD, testFaults } from './testFaults';

const kill = (_app: TestApp, pid: number) => void process.kill(pid, 'SIGKILL');
const INPUT = { city: 'Montevideo', unit: 'celsius' };

testFaults('processDeath', {
  faults: {
    'SIGKILL before the first byte': { answer: () => [gate(), text('Never.')], during: kill, expected: ANSWERED },
    'SIGKILL while the model thinks': {
      answer: () => [thinking('Let me think.'), gate(), text('Never.')],
      at: 'output',
      during: kill,
      expected: TOLD,
    },
    'SIGKILL in the middle of the text': {
      answer: () => [text('It is'), gate(), text(' sunny.')],
      at: 'output',
      during: kill,
      expected: TOLD,
    },
    'SIGKILL in the arguments of a tool call': {
      answer: () => [toolUse('weather', INPUT, { halfway: gate() })],
      tools: true,
      at: 'output',
      during: kill,
      expected: TOLD,
    },
    'SIGKILL while the process waits for a tool': {
      tools: true,
      messages: async (app, dialect, word) => {
        const question = { role: 'user', text: word } as const;
        const id = `toolu_${word}`;
        app.api.answer(toolUse('weather', {}, { id }));
        await request(app.url, dialect, { messages: [question], stream: false, tools: true, client: word });
        const waiting = () => app.core.snapshot().conversations.find(({ client }) => client === word);
        process.kill(waiting()?.pid ?? Number.NaN, 'SIGKILL');
        await expect.poll(waiting).toBeUndefined();
        return [question, { role: 'call', id }, { role: 'result', id, text: 'Sun' }];
      },
      expected: ANSWERED,
    },
  },
});
