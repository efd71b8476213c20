/** In which order the events of several answers come. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { parallelAnswers } from '../../../app/api/parallelAnswers';
import type { ChatEvent } from '../../../app/chat/events';
import type { ChatRequest } from '../../../app/chat/request';

const request = (model: string): ChatRequest => ({
  model,
  system: '',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello?' }] }],
  client: '',
  thinking: false,
  owner: '',
});

/** The model's name is the time in ms until it has a process. */
const chat = {
  async *ask({ model }: ChatRequest): AsyncGenerator<ChatEvent> {
    await sleep(Number(model));
    yield { type: 'start', conversation: model, served: 'new', model, isolation: '' };
    yield { type: 'text', text: model };
  },
};

async function inOrder(models: readonly string[]): Promise<string[]> {
  const seen: string[] = [];
  for await (const { choice, event } of parallelAnswers(chat, models.map(request), new AbortController().signal)) {
    seen.push(`${choice} ${event.type}`);
  }
  return seen;
}

test('the first answer’s start comes ahead of all else, also where another has its process sooner', async () => {
  const seen = await inOrder(['40', '0', '1']);

  expect(seen[0]).toBe('0 start');
  expect([...seen].sort()).toEqual(['0 start', '0 text', '1 start', '1 text', '2 start', '2 text']);
});
