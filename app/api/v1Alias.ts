/** Users often leave `/v1` out of the base URL that they type into a client. */
import type { Route } from './dialect';

/** The route under `/v1`, and an undocumented alias at its own path. */
export function withV1Alias(route: Route): readonly Route[] {
  return [
    { ...route, path: `/v1${route.path}` },
    { ...route, isAlias: true },
  ];
}
