/** Headers and bodies of the demo's requests. */
import type { RequestRow, RequestWire } from '../../../app/shared/contract';
import { askedText, turnNumber } from './demoQuestions';

export function demoWire(row: RequestRow): RequestWire {
  const { model, stream, method } = row;
  const messages = Array.from({ length: 7 }, (_, index) => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    content: index === 6 ? askedText(turnNumber(row)) : `An earlier message, number ${index + 1}. `.repeat(12),
  }));
  const body =
    method === 'GET'
      ? null
      : JSON.stringify({ model, messages, stream, options: { temperature: 0.7, num_ctx: 8_192 } });
  const lines = ['Hel', 'lo', '!', ' How', ' can', ' I help?'].map((content, index) =>
    JSON.stringify({
      model,
      created_at: new Date(row.at).toISOString(),
      message: { role: 'assistant', content },
      done: index === 5,
    }),
  );
  const answer =
    method === 'GET'
      ? JSON.stringify({
          models: [
            { name: 'sonnet', size: 0 },
            { name: 'opus', size: 0 },
          ],
        })
      : lines.join('\n');
  return {
    request: {
      headers: [
        ['host', '127.0.0.1:22434'],
        ['authorization', 'Bearer sk-••••••••'],
        ['content-type', 'application/json'],
        ['user-agent', 'ollama-js/0.6.4 (x64 linux Node.js/v20.20.2)'],
        ['accept', '*/*'],
      ],
      body,
      bytes: body?.length ?? 0,
      truncated: false,
    },
    response: {
      headers: [
        ['content-type', 'application/x-ndjson'],
        ['x-claudacity-path', 'live'],
        ['transfer-encoding', 'chunked'],
      ],
      body: answer,
      bytes: answer.length,
      truncated: false,
    },
  };
}
