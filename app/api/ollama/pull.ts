/** `POST /api/pull`: nothing has to be loaded down, but clients such as Codex ask for a model so before they use it, and wait for the end. */
import { z } from 'zod';
import { ChatError } from '../../chat/errors';
import type { Model } from '../../chat/service';
import type { DialectServices, Route, RouteReply } from '../dialect';
import { EXAMPLE_MODEL } from '../docs/example';
import { Refusal } from '../fault';
import { validate } from '../input/validate';
import { documentedModelBody, modelBody } from './fields';
import { digestOf, SIZE } from './models';

export function pullRoute({ chat }: DialectServices): Route {
  return {
    method: 'post',
    path: '/api/pull',
    docs: {
      summary: 'Reports a model that is there as pulled',
      body: documentedModelBody,
      example: { model: EXAMPLE_MODEL, stream: false },
      answer: { status: 'success' },
      streams: 'application/x-ndjson',
    },
    streamDefault: true,
    handle: async ({ body }) => {
      const { model: name, stream } = validate(pullBody, body);
      const model = await chat.resolve(name).catch(notFound);
      // Ollama says 500, which clients would try again.
      if (!(stream ?? true) && model === null) throw new Refusal(404, 'model_not_found', UNKNOWN);
      if (!(stream ?? true)) return { type: 'json', body: { status: 'success' } };
      return model === null ? ndjson([BEGIN, { error: UNKNOWN }]) : ndjson(progress(model));
    },
  };
}

const pullBody = modelBody({ stream: z.boolean().nullish() });

const UNKNOWN = 'pull model manifest: file does not exist';

function notFound(error: unknown): null {
  if (error instanceof ChatError && error.kind === 'model_not_found') return null;
  throw error;
}

const BEGIN = { status: 'pulling manifest' };

function progress(model: Model): object[] {
  const digest = digestOf(model);
  return [
    BEGIN,
    { status: `pulling ${digest.slice(0, 12)}`, digest: `sha256:${digest}`, total: SIZE, completed: SIZE },
    { status: 'verifying sha256 digest' },
    { status: 'writing manifest' },
    { status: 'success' },
  ];
}

function ndjson(objects: readonly object[]): RouteReply {
  const text = objects.map((object) => `${JSON.stringify(object)}\n`).join('');
  return { type: 'text', text, contentType: 'application/x-ndjson' };
}
