/** The order of the events of several answers. */
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

/** A chat in which the model's name is the time in ms until the request has a process. */
const chat = {
  async *ask({ model }: ChatRequest): AsyncGenerator<ChatEvent> {
    await sleep(Number(model));
    yield { type: 'start', conversation: model, served: 'new', model, isolation: '' };
    yield { type: 'text', text: model };
  },
};

async function inOrder(models: readonly string[]): Promise<string[]> {
  const events: string[] = [];
  for await (const { choice, event } of parallelAnswers(chat, models.map(request), new AbortController().signal)) {
    events.push(`${choice} ${event.type}`);
  }
  return events;
}

test('the start of the first answer comes first, even if another has its process sooner', async () => {
  const events = await inOrder(['40', '0', '1']);

  expect(events[0]).toBe('0 start');
  expect([...events].sort()).toEqual(['0 start', '0 text', '1 start', '1 text', '2 start', '2 text']);
});
