/** `POST /v1/embeddings`. Chat clients request embeddings for search; the error says why there are none. */
import type { Route } from '../dialect';
import { Refusal } from '../fault';

export const embeddingsRoute: Route = {
  method: 'post',
  path: '/embeddings',
  docs: { summary: 'Refused: Claude models make no embeddings', refused: 400 },
  handle: () => {
    throw new Refusal(400, 'invalid_request', 'Claude has no embeddings: use another server for them');
  },
};
