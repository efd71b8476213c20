/** Whole answers of the server against OpenAI's description: a body, or every event of a stream. */
import { z } from 'zod';
import type { RecordedExchange } from '../support/traffic';
import type { Judged } from './judged';
import type { Schemas } from './schemas';

/** The schemas of a body and of an event of a stream; null where each event has its own, by its type. */
const OF_PATH: Readonly<Record<string, readonly [body: string, event: string | null]>> = {
  '/v1/chat/completions': ['CreateChatCompletionResponse', 'CreateChatCompletionStreamResponse'],
  '/v1/completions': ['CreateCompletionResponse', 'CreateCompletionResponse'],
  '/v1/responses': ['Response', null],
};

/** @returns what judges each object of an answer of OpenAI's dialect. @throws for a path that it does not know. */
export function openaiAnswers(schemas: Schemas): (answer: RecordedExchange) => Judged[] {
  const ofType = eventSchemas(schemas);
  const judge = (schema: string, value: unknown): Judged => ({
    kind: schema,
    findings: schemas.findings(schema, value),
  });

  return (answer) => {
    if (answer.status >= 400) return [judge('ErrorResponse', JSON.parse(answer.body))];
    const [ofBody, ofEvent] = OF_PATH[answer.path] ?? [];
    if (ofBody === undefined || ofEvent === undefined) throw new Error(`${answer.path} is not known here`);
    if (answer.contentType !== 'text/event-stream') return [judge(ofBody, JSON.parse(answer.body))];

    const data = eventData(answer.body);
    if (ofEvent === null) return data.map((text, index) => judgeTyped(Event.parse(JSON.parse(text)), index));
    const ended = data.at(-1) === '[DONE]' || !answer.complete;
    const chunks = data
      .filter((text) => text !== '[DONE]')
      .map((text) => ({
        ...judge(ofEvent, JSON.parse(withReason(ofEvent, text))),
        kind: `${ofEvent}, streamed`,
      }));
    return ended ? chunks : [...chunks, { kind: `${ofEvent}, streamed`, findings: ['the last event is not [DONE]'] }];
  };

  function judgeTyped(event: z.output<typeof Event>, index: number): Judged {
    const schema = ofType.get(event.type);
    if (schema === undefined) return { kind: event.type, findings: ['there is no such event'] };
    const numbered = event.sequence_number === index ? [] : [`its number is ${event.sequence_number}, not ${index}`];
    return { kind: schema, findings: [...numbered, ...schemas.findings(schema, event)] };
  }
}

/** Names of the schemas of a Response's events, by the type that they have. */
export function eventSchemas(schemas: Schemas): ReadonlyMap<unknown, string> {
  return new Map(schemas.choices('ResponseStreamEvent').map((name) => [schemas.constant(name, 'type'), name]));
}

/** The data of each event that is whole. */
export function eventData(stream: string): string[] {
  return stream
    .split('\n\n')
    .slice(0, -1)
    .flatMap((event) => /^data: (.*)$/m.exec(event)?.[1] ?? []);
}

/** OpenAI itself streams null for a reason that is not known yet, which its description of completions leaves out. */
export function withReason(schema: string, chunk: string): string {
  return schema === 'CreateCompletionResponse'
    ? chunk.replace('"finish_reason":null', '"finish_reason":"stop"')
    : chunk;
}

const Event = z.looseObject({ type: z.string(), sequence_number: z.number().optional() });
