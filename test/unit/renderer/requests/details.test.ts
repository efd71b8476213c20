import { describe, expect, it } from 'vitest';
import type { RequestDetails } from '../../../../app/shared/contract';
import { requestTiming } from '../../../../renderer/requests/details/timing/requestTiming';
import { parseBody } from '../../../../renderer/ui/json/parseBody';
import { requestRow } from '../../../support/rendererDev/requestRow';

describe('a body', () => {
  it('is JSON where it is an object or a list', () => {
    expect(parseBody(' {"a":1} ')).toEqual({ kind: 'json', value: { a: 1 } });
    expect(parseBody('[1]')).toEqual({ kind: 'json', value: [1] });
  });

  it('is text where it is neither JSON nor a stream', () => {
    for (const text of ['', 'Hello', '12', '{"a":', 'one\ntwo']) expect(parseBody(text)).toEqual({ kind: 'text' });
  });

  it('is lines of JSON, of which the last may be cut off', () => {
    expect(parseBody('{"a":1}\n{"a":2}\n{"a')).toEqual({ kind: 'lines', lines: [{ a: 1 }, { a: 2 }, '{"a'] });
  });

  it('is server-sent events, with and without names', () => {
    expect(parseBody('event: ping\ndata: {"a":1}\n\ndata: [DONE]\n\n')).toEqual({
      kind: 'lines',
      lines: [{ event: 'ping', data: { a: 1 } }, { data: '[DONE]' }],
    });
  });
});

describe('the waterfall of a request', () => {
  const parts = (known: Partial<RequestDetails>, elapsedMs = 0) =>
    requestTiming(
      {
        ...requestRow(),
        ...{ messages: 1, queueMs: null, processMs: null, toolWaitMs: null },
        ...known,
      } as RequestDetails,
      elapsedMs,
    ).map(({ key, startMs, ms }) => [key, startMs, ms] as const);

  it('divides loading, begins with the client’s tool and ends where the request ended', () => {
    const measured = { queueMs: 40, processMs: 60, loadMs: 100, firstTokenMs: 700, toolWaitMs: 500, durationMs: 3_000 };
    expect(parts(measured)).toEqual([
      ['tool', -500, 500],
      ['queue', 0, 40],
      ['process', 40, 60],
      ['prompt', 100, 600],
      ['answer', 700, 2_300],
    ]);
  });

  it('never has a part that is longer than the request', () => {
    expect(parts({ queueMs: 900, loadMs: 100, firstTokenMs: 5_000, durationMs: 300 })).toEqual([
      ['queue', 0, 100],
      ['process', 100, 0],
      ['prompt', 100, 200],
      ['answer', 300, 0],
    ]);
  });
});
