/** A turn's messages become the events of one answer of the API, complete or broken off. */
import { describe, expect, test } from 'vitest';
import type { CliMessage, ResultMessage, StreamEvent } from '../../../../app/claude/process/messages';
import { type TurnEvent, turnEvents } from '../../../../app/claude/process/turnEvents';
import { NO_USAGE, type Usage } from '../../../../app/shared/usage';

const RESULT: ResultMessage = { type: 'result', subtype: 'success', is_error: false };
const FAILED: ResultMessage = { ...RESULT, is_error: true, result: 'API Error: Overloaded' };

test('a complete answer has a begin, its text piece by piece, a stop and the result', async () => {
  const events = await turn(
    start({ input_tokens: 7, output_tokens: 1 }),
    event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
    text('Hel'),
    text('lo'),
    event({ type: 'content_block_stop', index: 0 }),
    delta('end_turn', { output_tokens: 2 }),
    event({ type: 'message_stop' }),
    RESULT,
  );

  expect(events).toEqual([
    { type: 'begin', model: 'claude-sonnet-5-5', usage: counts({ input: 7, output: 1 }) },
    { type: 'text', text: 'Hel' },
    { type: 'text', text: 'lo' },
    { type: 'stop', reason: 'end_turn', usage: counts({ input: 7, output: 2 }) },
    { type: 'result', result: RESULT },
  ]);
});

test('thinking and text are separate events, and a signature is no event', async () => {
  const events = await turn(
    start(),
    event({ type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm' } }),
    event({ type: 'content_block_delta', index: 0, delta: { type: 'signature_delta' } }),
    text('So'),
  );

  expect(events.slice(1)).toEqual([
    { type: 'thinking', text: 'Hm' },
    { type: 'text', text: 'So' },
  ]);
});

test('text in content_block_start is an event, too', async () => {
  const events = await turn(
    start(),
    event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: 'Hello' } }),
  );

  expect(events.at(-1)).toEqual({ type: 'text', text: 'Hello' });
});

test('a structured answer is schema_rejected where the CLI does not offer StructuredOutput', async () => {
  const init = (...tools: string[]): CliMessage => ({ type: 'system', subtype: 'init', tools });
  expect(types(await turn(init(), start(), RESULT))).toEqual(['begin', 'result']);
  expect(types(await structuredTurn(init('StructuredOutput'), start(), RESULT))).toEqual(['begin', 'result']);
  expect(types(await structuredTurn(init('get_weather'), start(), RESULT))).toEqual(['schema_rejected']);
});

describe('an answer that breaks off', () => {
  test('has a result, but no stop', async () => {
    const events = await turn(start(), text('Half'), delta(null), event({ type: 'message_stop' }), FAILED);

    expect(types(events)).toEqual(['begin', 'text', 'usage', 'result']);
  });

  test('ends with diverged when the CLI asks again, without any event of the second answer', async () => {
    const events = await turn(start(), text('Half'), start(), text('All of it'), delta('end_turn'), RESULT);

    expect(types(events)).toEqual(['begin', 'text', 'diverged']);
  });

  test('ends with diverged when the CLI announces a retry', async () => {
    const events = await turn(start(), text('Half'), retry(500, 600), start(), RESULT);

    expect(types(events)).toEqual(['begin', 'text', 'diverged']);
  });

  test('because the process has ended ends the events without a result', async () => {
    expect(types(await turn(start(), text('Half')))).toEqual(['begin', 'text']);
  });
});

test('an answer that the CLI continues after the token limit has a stop, then diverged', async () => {
  const events = await turn(start(), text('A'), delta('max_tokens'), event({ type: 'message_stop' }), start(), RESULT);

  expect(types(events)).toEqual(['begin', 'text', 'stop', 'diverged']);
  expect(events[2]).toMatchObject({ reason: 'max_tokens' });
});

test('an api_retry before the answer is a retry with its delay', async () => {
  const events = await turn(retry(529, 550), retry(undefined, 1_000), start(), delta('end_turn'), RESULT);

  expect(events.slice(0, 2)).toEqual([
    { type: 'retry', status: 529, delayMs: 550 },
    { type: 'retry', status: null, delayMs: 1_000 },
  ]);
  expect(types(events)).toEqual(['retry', 'retry', 'begin', 'stop', 'result']);
});

test('an error message of the CLI instead of an answer is in the result only', async () => {
  const events = await turn({ type: 'assistant', error: 'authentication_failed' }, FAILED);

  expect(events).toEqual([{ type: 'result', result: FAILED }]);
});

test('an answer that was not streamed becomes usage, text and stop events', async () => {
  const whole: ResultMessage = { ...RESULT, result: 'Hello', usage: { input_tokens: 7, output_tokens: 2 } };

  expect(await turn({ type: 'assistant' }, whole)).toEqual([
    { type: 'usage', usage: counts({ input: 7, output: 2 }) },
    { type: 'text', text: 'Hello' },
    { type: 'stop', reason: 'end_turn', usage: counts({ input: 7, output: 2 }) },
    { type: 'result', result: whole },
  ]);
});

test('a result without output tokens, which is the CLI’s own text, is no answer', async () => {
  const words: ResultMessage = { ...RESULT, result: 'Blank prompt', usage: { input_tokens: 0, output_tokens: 0 } };

  expect(types(await turn(words))).toEqual(['result']);
});

test('the plan’s rate limits are passed on', async () => {
  const info = { status: 'allowed', resetsAt: 1_800_000_000, rateLimitType: 'five_hour' };

  expect(await turn({ type: 'rate_limit_event', rate_limit_info: info })).toEqual([{ type: 'rate_limit', info }]);
});

test('nothing is read after the result', async () => {
  expect(types(await turn(start(), RESULT, start(), RESULT))).toEqual(['begin', 'result']);
});

describe('usage', () => {
  test('a count that a later event leaves out, or has as null, is kept', async () => {
    const events = await turn(
      start({ input_tokens: 7, cache_read_input_tokens: 100, cache_creation_input_tokens: 20, output_tokens: 1 }),
      delta('end_turn', { input_tokens: null, output_tokens: 9 }),
    );

    expect(lastUsage(events)).toEqual(counts({ input: 7, cacheRead: 100, cacheWrite: 20, output: 9 }));
  });

  test('a count of the prompt that a later event has as 0 is kept', async () => {
    const events = await turn(
      start({ input_tokens: 7, cache_read_input_tokens: 100 }),
      delta('end_turn', { input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 9 }),
    );

    expect(lastUsage(events)).toEqual(counts({ input: 7, cacheRead: 100, output: 9 }));
  });

  test('a new count in a later event replaces the earlier one', async () => {
    const events = await turn(
      start({ input_tokens: 7, output_tokens: 1 }),
      delta('end_turn', { input_tokens: 8, output_tokens: 9, output_tokens_details: { thinking_tokens: 4 } }),
    );

    expect(lastUsage(events)).toEqual(counts({ input: 8, output: 9, thinking: 4 }));
  });

  test('the counts of message_start are kept where message_delta has none', async () => {
    expect(lastUsage(await turn(start({ input_tokens: 7, output_tokens: 1 }), delta('end_turn')))).toEqual(
      counts({ input: 7, output: 1 }),
    );
  });
});

type ApiUsage = Extract<StreamEvent, { type: 'message_start' }>['message']['usage'];

function start(usage: ApiUsage = {}): CliMessage {
  return event({ type: 'message_start', message: { id: 'msg_1', model: 'claude-sonnet-5-5', usage } });
}

function text(piece: string): CliMessage {
  return event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: piece } });
}

function delta(stop_reason: string | null, usage?: ApiUsage): CliMessage {
  return event({ type: 'message_delta', delta: { stop_reason }, ...(usage ? { usage } : {}) });
}

function event(streamEvent: StreamEvent): CliMessage {
  return { type: 'stream_event', event: streamEvent };
}

function retry(error_status: number | undefined, retry_delay_ms: number): CliMessage {
  return {
    type: 'system',
    subtype: 'api_retry',
    retry_delay_ms,
    ...(error_status === undefined ? {} : { error_status }),
  };
}

function counts(some: Partial<Usage>): Usage {
  return { ...NO_USAGE, ...some };
}

function types(events: readonly TurnEvent[]): string[] {
  return events.map(({ type }) => type);
}

function lastUsage(events: readonly TurnEvent[]) {
  return events.flatMap((one) => ('usage' in one ? [one.usage] : [])).at(-1);
}

function turn(...messages: CliMessage[]): Promise<TurnEvent[]> {
  return all(turnEvents(sequence(messages)));
}

function structuredTurn(...messages: CliMessage[]): Promise<TurnEvent[]> {
  return all(turnEvents(sequence(messages), true));
}

async function all(turnEvents: AsyncIterable<TurnEvent>): Promise<TurnEvent[]> {
  const events: TurnEvent[] = [];
  for await (const one of turnEvents) events.push(one);
  return events;
}

async function* sequence(messages: readonly CliMessage[]): AsyncGenerator<CliMessage> {
  yield* messages;
}
