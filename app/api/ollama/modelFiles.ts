/**
 * Where Ollama makes, copies, publishes and deletes models. Those here are the CLI's, so what would change them is refused:
 * a success that changes nothing would have a client look for a model that is not there, or wonder at one that still is.
 */
import { z } from 'zod';
import { ChatError } from '../../chat/errors';
import type { DialectServices, Route } from '../dialect';
import { Refusal } from '../fault';
import { validate } from '../input/validate';
import { modelBody, modelField } from './fields';

export function modelFileRoutes({ chat }: DialectServices): readonly Route[] {
  return [
    {
      method: 'post',
      path: '/api/create',
      docs: { summary: 'Refused: models are not made here' },
      handle: ({ body }) => {
        validate(modelBody({}), body);
        throw refused('created');
      },
    },
    {
      method: 'post',
      path: '/api/push',
      docs: { summary: 'Refused: models are not published from here' },
      handle: async ({ body }) => {
        await chat.resolve(validate(modelBody({}), body).model);
        throw refused('pushed');
      },
    },
    {
      method: 'delete',
      path: '/api/delete',
      docs: { summary: 'Refused: models are not deleted here' },
      handle: async ({ body }) => {
        await chat.resolve(validate(modelBody({}), body).model);
        throw refused('deleted');
      },
    },
    {
      method: 'post',
      path: '/api/copy',
      docs: { summary: 'Refused: models are not copied here' },
      handle: async ({ body }) => {
        const { source, destination } = validate(copyBody, body);
        const model = await chat.resolve(source);
        const there = await chat.resolve(destination).catch(() => null);
        // A name under which the model is known anyway.
        if (there?.resolved === model.resolved) return { type: 'text', text: '' };
        throw refused('copied');
      },
    },
    {
      method: 'head',
      path: '/api/blobs/:digest',
      docs: null,
      handle: () => {
        throw new Refusal(404, 'not_found', 'blob not found');
      },
    },
    {
      method: 'post',
      path: '/api/blobs/:digest',
      docs: { summary: 'Refused: models are not made here' },
      hasBody: false,
      handle: () => {
        throw refused('created');
      },
    },
  ];
}

const copyBody = z.object({ source: modelField, destination: modelField });

function refused(done: string): ChatError {
  return new ChatError('invalid_request', `models cannot be ${done} here: they are those of the claude CLI`);
}
