/** The routes with which Ollama's own app asks for a cloud account. This server has none, so it reports a signed-out user. */
import type { Route } from '../dialect';
import { Refusal } from '../fault';

export function accountRoutes(): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/api/status',
      docs: { summary: 'Reports that there is no cloud' },
      handle: () => ({ type: 'json', body: { cloud: { disabled: true, source: 'none' } } }),
    },
    ...['/api/me', '/api/signout'].map(signedOut),
  ];
}

function signedOut(path: string): Route {
  return {
    method: 'post',
    path,
    docs: { summary: 'Refused: there is no Ollama account', refused: 401 },
    hasBody: false,
    handle: () => {
      throw new Refusal(401, 'no_account', 'unauthorized');
    },
  };
}
