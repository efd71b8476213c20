/** The Anthropic Messages dialect: so far only how its errors are worded, so that its clients can read that its paths are not served. */
import { randomUUID } from 'node:crypto';
import type { Dialect } from '../dialect';

export const anthropic: Dialect = {
  name: 'anthropic',
  owns: (path) => path === '/v1/messages' || path.startsWith('/v1/messages/'),
  fault: (fault) => {
    const status = fault.code === 'overloaded' ? OVERLOADED_STATUS : fault.status;
    return {
      status,
      body: {
        type: 'error',
        error: { type: typeOf(status), message: fault.message },
        request_id: `req_${randomUUID().replaceAll('-', '')}`,
      },
    };
  },
  routes: () => [],
};

/** The API's own status for it, which its packages know. */
const OVERLOADED_STATUS = 529;

function typeOf(status: number): string {
  return TYPES[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
}

const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};
