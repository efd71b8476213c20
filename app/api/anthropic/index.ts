/** Anthropic's dialect: `/v1/messages` and, for users who leave `/v1` out of their base URL, `/messages`. Models are listed at paths that OpenAI's dialect shares. */
import type { Dialect, Route } from '../dialect';
import { countTokensRoute } from './countTokens';
import { errorReply } from './errorObject';
import { messagesRoute } from './messages';

export const anthropic: Dialect = {
  name: 'anthropic',
  owns: (path) => /^(\/v1)?\/messages(\/|$)/.test(path),
  fault: errorReply,
  routes: (services) => [messagesRoute(services), countTokensRoute(services)].flatMap(underBothRoots),
};

function underBothRoots(route: Route): Route[] {
  return [{ ...route, path: `/v1${route.path}` }, route];
}
