/** `POST /api/pull`: there is nothing to download, but clients such as Codex pull a model before they use it and wait for success. */
import { z } from 'zod';
import { ChatError } from '../../chat/errors';
import type { Model } from '../../chat/service';
import type { Route, RouteReply } from '../dialect';
import { EXAMPLE_MODEL } from '../docs/example';
import { Refusal } from '../fault';
import { validate } from '../input/validate';
import { documentedModelBody, modelBody } from './fields';
import { digestOf, MODEL_SIZE } from './models';

export function pullRoute(): Route {
  return {
    method: 'post',
    path: '/api/pull',
    docs: {
      summary: 'Reports success for an existing model, without a download',
      body: documentedModelBody(pullFields),
      example: { model: EXAMPLE_MODEL, stream: false },
      answer: { status: 'success' },
      streams: 'application/x-ndjson',
    },
    streamDefault: true,
    handle: async ({ body, models }) => {
      const { model: name, stream } = await validate(pullBody, body);
      const model = await models.resolve(name).catch(notFound);
      // Ollama answers 500 here, which clients would retry.
      if (!(stream ?? true) && model === null) throw new Refusal(404, 'model_not_found', UNKNOWN);
      if (!(stream ?? true)) return { type: 'json', body: { status: 'success' } };
      return model === null ? ndjson([FIRST_STATUS, { error: UNKNOWN }]) : ndjson(progress(model));
    },
  };
}

const pullFields = { stream: z.boolean().nullish() };

const pullBody = modelBody(pullFields);

const UNKNOWN = 'pull model manifest: file does not exist';

function notFound(error: unknown): null {
  if (error instanceof ChatError && error.kind === 'model_not_found') return null;
  throw error;
}

const FIRST_STATUS = { status: 'pulling manifest' };

function progress(model: Model): object[] {
  const digest = digestOf(model);
  return [
    FIRST_STATUS,
    { status: `pulling ${digest.slice(0, 12)}`, digest: `sha256:${digest}`, total: MODEL_SIZE, completed: MODEL_SIZE },
    { status: 'verifying sha256 digest' },
    { status: 'writing manifest' },
    { status: 'success' },
  ];
}

function ndjson(objects: readonly object[]): RouteReply {
  const text = objects.map((object) => `${JSON.stringify(object)}\n`).join('');
  return { type: 'text', text, contentType: 'application/x-ndjson' };
}
