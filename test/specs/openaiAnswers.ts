/** Checks answers against OpenAI's specification: a body, or every event of a stream. */
import { z } from 'zod';
import type { RecordedExchange } from '../support/traffic';
import type { CheckedObject } from './checkedObject';
import type { Schemas } from './schemas';

/** The schemas of the body and of a stream's events; null if the event's type decides its schema. */
const SCHEMAS_BY_PATH: Readonly<Record<string, readonly [body: string, event: string | null]>> = {
  '/v1/chat/completions': ['CreateChatCompletionResponse', 'CreateChatCompletionStreamResponse'],
  '/v1/completions': ['CreateCompletionResponse', 'CreateCompletionResponse'],
  '/v1/responses': ['Response', null],
};

/** @returns a function that checks each object of an answer in OpenAI's dialect. @throws for an unknown path. */
export function openaiAnswers(schemas: Schemas): (answer: RecordedExchange) => CheckedObject[] {
  const ofType = eventSchemas(schemas);
  const checkObject = (schema: string, value: unknown): CheckedObject => ({
    kind: schema,
    findings: schemas.findings(schema, value),
  });

  return (answer) => {
    if (answer.status >= 400) return [checkObject('ErrorResponse', JSON.parse(answer.body))];
    const [ofBody, ofEvent] = SCHEMAS_BY_PATH[answer.path] ?? [];
    if (ofBody === undefined || ofEvent === undefined) throw new Error(`${answer.path} is not known here`);
    if (answer.contentType !== 'text/event-stream') return [checkObject(ofBody, JSON.parse(answer.body))];

    const data = eventData(answer.body);
    if (ofEvent === null) return data.map((text, index) => checkTyped(Event.parse(JSON.parse(text)), index));
    const ended = data.at(-1) === '[DONE]' || !answer.complete;
    const chunks = data
      .filter((text) => text !== '[DONE]')
      .map((text) => ({
        ...checkObject(ofEvent, JSON.parse(withReason(ofEvent, text))),
        kind: `${ofEvent}, streamed`,
      }));
    return ended ? chunks : [...chunks, { kind: `${ofEvent}, streamed`, findings: ['the last event is not [DONE]'] }];
  };

  function checkTyped(event: z.output<typeof Event>, index: number): CheckedObject {
    const schema = ofType.get(event.type);
    if (schema === undefined) return { kind: event.type, findings: ['there is no such event'] };
    const numbered = event.sequence_number === index ? [] : [`its number is ${event.sequence_number}, not ${index}`];
    return { kind: schema, findings: [...numbered, ...schemas.findings(schema, withoutUnknownUsage(event))] };
  }
}

/**
 * A response that has not ended well has a null `usage`: Open Responses requires the field there, and OpenAI's server sends it, but its
 * specification has no null for it. So the null is taken out, in these events alone.
 */
export function withoutUnknownUsage<Event extends { readonly type?: unknown; readonly response?: unknown }>(
  event: Event,
): Event {
  const { response } = event;
  const isUnknown = UNKNOWN_USAGE.has(event.type) && typeof response === 'object' && response !== null;
  if (!isUnknown || !('usage' in response) || response.usage !== null) return event;
  const { usage: _, ...others } = response;
  return { ...event, response: others };
}

const UNKNOWN_USAGE: ReadonlySet<unknown> = new Set(['response.created', 'response.in_progress', 'response.failed']);

/** The names of the schemas of a response's events, by the events' types. */
export function eventSchemas(schemas: Schemas): ReadonlyMap<unknown, string> {
  return new Map(schemas.choices('ResponseStreamEvent').map((name) => [schemas.constant(name, 'type'), name]));
}

/** The data of each complete event. */
export function eventData(stream: string): string[] {
  return stream
    .split('\n\n')
    .slice(0, -1)
    .flatMap((event) => /^data: (.*)$/m.exec(event)?.[1] ?? []);
}

/** OpenAI's server sends a null `finish_reason` until the reason is known, which its specification of completions does not allow. */
export function withReason(schema: string, chunk: string): string {
  return schema === 'CreateCompletionResponse'
    ? chunk.replace('"finish_reason":null', '"finish_reason":"stop"')
    : chunk;
}

const Event = z.looseObject({ type: z.string(), sequence_number: z.number().optional() });
