/**
 * The routes with which Ollama creates, copies, publishes and deletes models. The models here are the CLI's and cannot be changed, so
 * these routes refuse. A success without an effect would make a client look for a model that does not exist.
 */
import { z } from 'zod';
import { ChatError } from '../../chat/errors';
import type { Route } from '../dialect';
import { Refusal } from '../fault';
import { validate } from '../input/validate';
import { modelBody, modelField } from './fields';

export function modelFileRoutes(): readonly Route[] {
  return [
    {
      method: 'post',
      path: '/api/create',
      docs: { summary: 'Refused: models cannot be created', refused: 400 },
      handle: async ({ body }) => {
        await validate(modelBody({}), body);
        throw refused('created');
      },
    },
    {
      method: 'post',
      path: '/api/push',
      docs: { summary: 'Refused: models cannot be published', refused: 400 },
      handle: async ({ body, models }) => {
        await models.resolve((await validate(modelBody({}), body)).model);
        throw refused('pushed');
      },
    },
    {
      method: 'delete',
      path: '/api/delete',
      docs: { summary: 'Refused: models cannot be deleted', refused: 400 },
      handle: async ({ body, models }) => {
        await models.resolve((await validate(modelBody({}), body)).model);
        throw refused('deleted');
      },
    },
    {
      method: 'post',
      path: '/api/copy',
      docs: { summary: 'Refused: models cannot be copied', refused: 400, textType: 'text/plain' },
      handle: async ({ body, models }) => {
        const { source, destination } = await validate(copyBody, body);
        const model = await models.resolve(source);
        const target = await models.resolve(destination).catch(() => null);
        // The destination is another name of the same model already.
        if (target?.resolved === model.resolved) return { type: 'text', text: '' };
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
      docs: { summary: 'Refused: models cannot be created', refused: 400 },
      hasBody: false,
      handle: () => {
        throw refused('created');
      },
    },
  ];
}

const copyBody = z.object({ source: modelField, destination: modelField });

function refused(participle: string): ChatError {
  return new ChatError('invalid_request', `models cannot be ${participle} here: they are those of the claude CLI`);
}
