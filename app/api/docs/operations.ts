/** What the description of the API says of each route, by its method and path. */
import { z } from 'zod';
import { countTokensBody } from '../anthropic/countTokens';
import { messageBody } from '../anthropic/messages';
import { chatBody } from '../ollama/chat';
import { generateBody } from '../ollama/generate';
import { completionBody } from '../openai/chat/chatCompletions';
import { textCompletionBody } from '../openai/chat/completions';
import { responseBody } from '../openai/responses/responses';

export interface Operation {
  readonly summary: string;
  readonly description?: string;
  /** The schema that checks the request's body. */
  readonly body?: z.ZodType;
  /** A body to begin with. */
  readonly example?: object;
  /** An answer, for the form of it. */
  readonly answer?: object;
  /** The type of a streamed answer. */
  readonly streams?: 'application/x-ndjson' | 'text/event-stream';
}

const QUESTION = { role: 'user', content: 'Why is the sky blue?' };
const ANSWER = 'Because air scatters blue light more than red.';
const MODEL = 'sonnet';

const namesModel = z.object({ model: z.string() });

const completionUsage = { prompt_tokens: 12, completion_tokens: 9, total_tokens: 21 };
const counts = { total_duration: 900_000_000, prompt_eval_count: 12, eval_count: 9 };

export const operations: Readonly<Record<string, Operation>> = {
  'get /': { summary: 'Says that it is there' },
  'get /api/version': { summary: 'The version of Ollama that is spoken', answer: { version: '0.24.0' } },
  'get /api/tags': { summary: 'Lists the models' },
  'get /api/ps': { summary: 'Lists the models that are loaded' },
  'post /api/show': { summary: 'Describes a model', body: namesModel, example: { model: MODEL } },
  'post /api/chat': {
    summary: 'Answers a chat',
    description:
      'Streams unless `stream` is false. Without messages it loads the model or, with `keep_alive: 0`, unloads it.',
    body: chatBody,
    example: { model: MODEL, messages: [QUESTION], stream: false },
    answer: {
      model: MODEL,
      message: { role: 'assistant', content: ANSWER },
      done: true,
      done_reason: 'stop',
      ...counts,
    },
    streams: 'application/x-ndjson',
  },
  'post /api/generate': {
    summary: 'Answers a prompt',
    description: 'Streams unless `stream` is false.',
    body: generateBody,
    example: { model: MODEL, prompt: QUESTION.content, stream: false },
    answer: { model: MODEL, response: ANSWER, done: true, done_reason: 'stop', ...counts },
    streams: 'application/x-ndjson',
  },
  'post /api/pull': {
    summary: 'Reports a model that is there as pulled',
    body: namesModel,
    example: { model: MODEL, stream: false },
    answer: { status: 'success' },
    streams: 'application/x-ndjson',
  },
  'post /api/embed': { summary: 'Refused: Claude has no embeddings' },
  'post /api/embeddings': { summary: 'Refused: Claude has no embeddings' },
  'post /api/create': { summary: 'Refused: models are not made here' },
  'post /api/push': { summary: 'Refused: models are not published from here' },
  'post /api/copy': { summary: 'Refused: models are not copied here' },
  'delete /api/delete': { summary: 'Refused: models are not deleted here' },
  'post /api/blobs/:digest': { summary: 'Refused: models are not made here' },
  'get /api/status': { summary: 'Says that there is no cloud behind it' },
  'post /api/me': { summary: 'Refused: there is no account of Ollama' },
  'post /api/signout': { summary: 'Refused: there is no account of Ollama' },

  'post /v1/chat/completions': {
    summary: 'Answers a chat',
    body: completionBody,
    example: { model: MODEL, messages: [QUESTION] },
    answer: {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1_795_000_000,
      model: MODEL,
      choices: [{ index: 0, message: { role: 'assistant', content: ANSWER }, logprobs: null, finish_reason: 'stop' }],
      usage: completionUsage,
    },
    streams: 'text/event-stream',
  },
  'post /v1/completions': {
    summary: 'Answers a prompt',
    body: textCompletionBody,
    example: { model: MODEL, prompt: QUESTION.content },
    answer: {
      id: 'cmpl-1',
      object: 'text_completion',
      created: 1_795_000_000,
      model: MODEL,
      choices: [{ index: 0, text: ANSWER, logprobs: null, finish_reason: 'stop' }],
      usage: completionUsage,
    },
    streams: 'text/event-stream',
  },
  'post /v1/responses': {
    summary: 'Answers a question',
    body: responseBody,
    example: { model: MODEL, input: QUESTION.content },
    answer: {
      id: 'resp_1',
      object: 'response',
      created_at: 1_795_000_000,
      status: 'completed',
      model: MODEL,
      output: [
        {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: ANSWER, annotations: [] }],
        },
      ],
      usage: { input_tokens: 12, output_tokens: 9, total_tokens: 21 },
    },
    streams: 'text/event-stream',
  },
  'post /v1/embeddings': { summary: 'Refused: Claude has no embeddings' },
  'get /v1/models': { summary: 'Lists the models, for clients of OpenAI and of Anthropic' },
  'get /v1/models/*id': { summary: 'Describes a model' },
  'get /version': { summary: 'The version of this app' },
  'post /api/v0/completions': {
    summary: 'Answers a prompt, for clients of LM Studio',
    body: textCompletionBody,
    example: { model: MODEL, prompt: QUESTION.content },
    streams: 'text/event-stream',
  },
  'post /api/v0/embeddings': { summary: 'Refused: Claude has no embeddings' },
  'get /api/v0/models': { summary: 'Lists the models, as LM Studio does' },
  'get /api/v0/models/*id': { summary: 'Describes a model, as LM Studio does' },
  'post /api/v0/chat/completions': {
    summary: 'Answers a chat, for clients of LM Studio',
    body: completionBody,
    example: { model: MODEL, messages: [QUESTION] },
    streams: 'text/event-stream',
  },

  'post /v1/messages': {
    summary: 'Answers a chat',
    body: messageBody,
    example: { model: MODEL, max_tokens: 1024, messages: [QUESTION] },
    answer: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: MODEL,
      content: [{ type: 'text', text: ANSWER }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 12, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 9 },
    },
    streams: 'text/event-stream',
  },
  'post /v1/messages/count_tokens': {
    summary: 'Estimates the tokens of a question',
    description: 'Nobody is asked: the header `x-claudacity-estimate` says so.',
    body: countTokensBody,
    example: { model: MODEL, messages: [QUESTION] },
    answer: { input_tokens: 12 },
  },

  'get /metrics': { summary: 'What happens here, for Prometheus' },
  'get /health': { summary: 'Whether questions can be answered: 503 where not', answer: { status: 'ok' } },
};
