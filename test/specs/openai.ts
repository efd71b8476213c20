/** Checks chat completions, completions, responses, models and errors against OpenAI's specification, streamed and not streamed. */
import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { httpError, type Step, stop, streamError, text, thinking, toolUse } from '../support/messagesApi';
import { type HttpAnswer, send } from '../support/send';
import type { TestApp } from '../support/testApp';
import type { SpecCheck } from './check';
import { eventData, eventSchemas, withoutUnknownUsage, withReason } from './openaiAnswers';
import { openSchemas, type Schemas } from './schemas';

/** @param folder the folder of `openai-openapi.json`. */
export function openOpenai(folder: string): Schemas {
  return openSchemas(JSON.parse(fs.readFileSync(path.join(folder, 'openai-openapi.json'), 'utf8')));
}

export function openaiChecks(schemas: Schemas): readonly SpecCheck[] {
  return [
    ...chatChecks(schemas),
    ...completionChecks(schemas),
    ...responseChecks(schemas),
    ...modelChecks(schemas),
    ...errorChecks(schemas),
  ];
}

const messages = [{ role: 'user', content: 'Question.' }];
const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const tools = [{ type: 'function', function: { name: 'get_weather', description: 'The weather.', parameters } }];
const flatTools = [{ type: 'function', name: 'get_weather', description: 'The weather.', parameters, strict: false }];
const json_schema = { name: 'place', schema: parameters, strict: true };
const calls = [toolUse('get_weather', { city: 'Oslo' }), toolUse('get_weather', { city: 'Rome' })];
const structured = [toolUse('StructuredOutput', { city: 'Oslo' })];

/** The fields of the request, and the model's answer. */
const CHATS: readonly [name: string, body: object, answer: readonly Step[]][] = [
  ['a text', {}, [text('Hel', 'lo')]],
  ['an answer without a word', {}, []],
  ['thinking', { reasoning_effort: 'low' }, [thinking('Hm.'), text('Yes.')]],
  ['two calls', { tools }, [text('Let me see.'), ...calls]],
  ['calls alone', { tools }, calls],
  ['an answer after a schema', { response_format: { type: 'json_schema', json_schema } }, structured],
  ['an answer that was cut off', { max_tokens: 1 }, [text('Hel'), stop('max_tokens')]],
  ['an answer that was declined', {}, [text('Hel'), stop('refusal')]],
  ['two answers', { n: 2, logprobs: true, seed: 1 }, [text('Hello')]],
];

function chatChecks(schemas: Schemas): SpecCheck[] {
  return CHATS.flatMap(([name, body, answer]) => [
    {
      name: `chat completion: ${name}`,
      run: async (app) => {
        const reply = await ask(app, '/v1/chat/completions', { messages, ...body }, answer);
        return [...status(reply, 200), ...schemas.findings('CreateChatCompletionResponse', JSON.parse(reply.text))];
      },
    },
    {
      name: `chat completion, streamed: ${name}`,
      run: async (app) => {
        const streaming = { messages, stream: true, stream_options: { include_usage: true }, ...body };
        const chunks = events(await ask(app, '/v1/chat/completions', streaming, answer));
        return [
          ...(chunks.at(-1) === '[DONE]' ? [] : ['the last event is not [DONE]']),
          ...chunks
            .slice(0, -1)
            .flatMap((chunk) => schemas.findings('CreateChatCompletionStreamResponse', parse(chunk))),
        ];
      },
    },
  ]);
}

function completionChecks(schemas: Schemas): SpecCheck[] {
  const body = { prompt: 'Once', echo: true };
  const answer = [text(' upon', ' a time')];
  return [
    {
      name: 'completion',
      run: async (app) => {
        const reply = await ask(app, '/v1/completions', body, answer);
        return [...status(reply, 200), ...schemas.findings('CreateCompletionResponse', JSON.parse(reply.text))];
      },
    },
    {
      name: 'completion, streamed',
      run: async (app) => {
        const chunks = events(await ask(app, '/v1/completions', { ...body, stream: true }, answer)).slice(0, -1);
        return chunks.flatMap((chunk) =>
          schemas.findings('CreateCompletionResponse', parse(withReason('CreateCompletionResponse', chunk))),
        );
      },
    },
  ];
}

/** Requests for responses: the fields, and the model's answer. */
export const RESPONSES: readonly [name: string, body: object, answer: readonly Step[]][] = [
  ['a text', { instructions: 'Be brief.', metadata: { a: 'b' }, user: 'me' }, [text('Hel', 'lo')]],
  ['an answer without a word', {}, []],
  ['thinking', { reasoning: { effort: 'low', summary: 'auto' } }, [thinking('Hm.'), text('Yes.')]],
  ['two calls', { tools: flatTools, tool_choice: 'required' }, [text('Let me see.'), ...calls]],
  [
    'a call to a tool that is named',
    { tools: flatTools, tool_choice: { type: 'function', name: 'get_weather' } },
    calls,
  ],
  ['an answer after a schema', { text: { format: { type: 'json_schema', ...json_schema } } }, structured],
  ['an answer that was cut off', { max_output_tokens: 16 }, [text('Hel'), stop('max_tokens')]],
  ['an answer that was declined', {}, [text('Hel'), stop('refusal')]],
];

function responseChecks(schemas: Schemas): SpecCheck[] {
  const ofType = eventSchemas(schemas);
  const checkEvents = (reply: HttpAnswer) => {
    const said = events(reply).map(parse);
    const inOrder = said.every((event, index) => event.sequence_number === index);
    return [
      ...(inOrder ? [] : ['the events are not numbered without gaps']),
      ...said.flatMap((event) => {
        const schema = ofType.get(event.type);
        return schema === undefined
          ? [`there is no event ${event.type}`]
          : schemas.findings(schema, withoutUnknownUsage(event));
      }),
    ];
  };
  const checks = RESPONSES.flatMap(([name, body, answer]): SpecCheck[] => [
    {
      name: `response: ${name}`,
      run: async (app) => {
        const reply = await ask(app, '/v1/responses', { input: 'Question.', ...body }, answer);
        return [...status(reply, 200), ...schemas.findings('Response', JSON.parse(reply.text))];
      },
    },
    {
      name: `response, streamed: ${name}`,
      run: async (app) =>
        checkEvents(await ask(app, '/v1/responses', { input: 'Question.', stream: true, ...body }, answer)),
    },
  ]);
  return [
    ...checks,
    {
      name: 'response, streamed: an answer that breaks off',
      run: async (app) => {
        app.api.setDefaultAnswer(text('Hel'), streamError('api_error', 'Broken.'));
        return checkEvents(await post(app, '/v1/responses', { input: 'Question.', stream: true }));
      },
    },
  ];
}

function modelChecks(schemas: Schemas): SpecCheck[] {
  const paths = [
    ['/v1/models', 'ListModelsResponse'],
    ['/v1/models/sonnet', 'Model'],
  ] as const;
  return paths.map(([path, schema]) => ({
    name: path,
    run: async (app) => schemas.findings(schema, JSON.parse((await send(`${app.url}${path}`)).text)),
  }));
}

const ERRORS: readonly [path: string, body: object, status: number, answer?: Step][] = [
  ['/v1/chat/completions', { messages: [] }, 400],
  ['/v1/chat/completions', { messages, model: 'gpt-4' }, 404],
  [
    '/v1/chat/completions',
    { messages },
    429,
    httpError(429, 'rate_limit_error', 'Slow down.', { 'retry-after': '60' }),
  ],
  ['/v1/chat/completions', { messages }, 401, httpError(401, 'authentication_error', 'Who are you?')],
  ['/v1/completions', { prompt: 'a', suffix: 'b' }, 400],
  ['/v1/responses', { input: 'x', previous_response_id: 'resp_1' }, 400],
  ['/v1/embeddings', { input: 'x' }, 400],
  ['/v1/audio/speech', { input: 'x' }, 404],
];

function errorChecks(schemas: Schemas): SpecCheck[] {
  return ERRORS.map(([path, body, expected, answer]) => ({
    name: `error: ${path} with ${expected}`,
    run: async (app) => {
      if (answer) app.api.setDefaultAnswer(answer);
      const reply = await post(app, path, body);
      return [...status(reply, expected), ...schemas.findings('ErrorResponse', JSON.parse(reply.text))];
    },
  }));
}

function ask(app: TestApp, path: string, body: object, answer: readonly Step[]): Promise<HttpAnswer> {
  app.api.setDefaultAnswer(...answer);
  return post(app, path, body);
}

function post(app: TestApp, path: string, body: object): Promise<HttpAnswer> {
  return send(`${app.url}${path}`, { body: JSON.stringify({ model: 'sonnet', ...body }) });
}

function status(reply: HttpAnswer, expected: number): string[] {
  return reply.status === expected ? [] : [`the status is ${reply.status}: ${reply.text}`];
}

/** The data of each event. */
function events({ text }: HttpAnswer): string[] {
  const all = eventData(text);
  if (all.length === 0) throw new Error(`no stream: ${text}`);
  return all;
}

const event = z.looseObject({ type: z.string().optional() });

function parse(data: string): z.output<typeof event> {
  return event.parse(JSON.parse(data));
}
