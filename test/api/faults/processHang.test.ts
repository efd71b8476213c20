/** A `claude` process is stopped at each stage of an answer, as a debugger or a system that swaps does, or the API says nothing more. */
import { expect } from 'vitest';
import { request } from '../../support/dialectClient';
import { gate, hang, text, thinking, toolUse } from '../../support/messagesApi';
import type { TestApp } from '../../support/testApp';
import { ANSWERED, SETTINGS, TOLD, testFaults, urlOf } from './testFaults';

const stop = (_app: TestApp, pid: number) => void process.kill(pid, 'SIGSTOP');
const INPUT = { city: 'Montevideo', unit: 'celsius' };
const SILENCE = 'after 5 min (`turnTimeoutMinutes`)';
const TURN_START = 'after 60 s (`turnStartMs`)';

/** Stops the process that waits for the next request of the program. */
async function stopWaiting(app: TestApp, word: string): Promise<void> {
  const waiting = () => app.core.snapshot().conversations.find(({ client }) => client === word);
  await expect.poll(() => waiting()?.expiresAt ?? null).not.toBeNull();
  process.kill(waiting()?.pid ?? Number.NaN, 'SIGSTOP');
}

testFaults('processHang', {
  // Long enough for a CLI that works, on a loaded computer, too. While any request waits for a process, no other is left to wait for
  // its client, and there are processes of the test before that have not ended yet.
  options: () => ({
    settings: { ...SETTINGS, maxProcesses: 20, turnTimeoutMinutes: 0.1 },
    claudeTimes: { turnStartMs: 6_000 },
  }),
  faults: {
    'SIGSTOP while the process is idle, before a follow-up': {
      when: TURN_START,
      messages: async (app, dialect, word) => {
        const question = { role: 'user', text: word } as const;
        await request(urlOf(app), dialect, { messages: [question], stream: false, client: word });
        await stopWaiting(app, word);
        return [question, { role: 'assistant', text: 'OK' }, { role: 'user', text: 'And?' }];
      },
      expected: ANSWERED,
    },
    'SIGSTOP before the first byte': {
      when: SILENCE,
      answer: () => [gate(), text('Never.')],
      during: stop,
      expected: TOLD,
    },
    'SIGSTOP while the model thinks': {
      when: SILENCE,
      answer: () => [thinking('Let me think.'), gate(), text('Never.')],
      at: 'output',
      during: stop,
      expected: TOLD,
    },
    'SIGSTOP in the middle of the text': {
      when: SILENCE,
      answer: () => [text('It is'), gate(), text(' sunny.')],
      at: 'output',
      during: stop,
      expected: TOLD,
    },
    'SIGSTOP in the arguments of a tool call': {
      when: SILENCE,
      answer: () => [toolUse('weather', INPUT, { halfway: gate() })],
      tools: true,
      at: 'output',
      during: stop,
      expected: TOLD,
    },
    'SIGSTOP while the process waits for a tool': {
      when: SILENCE,
      tools: true,
      messages: async (app, dialect, word) => {
        const question = { role: 'user', text: word } as const;
        const id = `toolu_${word}`;
        app.api.answer(toolUse('weather', {}, { id }));
        await request(urlOf(app), dialect, { messages: [question], stream: false, tools: true, client: word });
        await stopWaiting(app, word);
        return [question, { role: 'call', id }, { role: 'result', id, text: 'Sun' }];
      },
      expected: TOLD,
    },
    'The API says nothing': { when: SILENCE, answer: () => [hang()], lasts: true, expected: TOLD },
    'The API says nothing more in the middle of the text': {
      when: SILENCE,
      answer: () => [text('It is'), hang()],
      lasts: true,
      expected: TOLD,
    },
  },
});
