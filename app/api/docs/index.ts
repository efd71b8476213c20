/** `GET /openapi.json` and, to read it and try it out, `GET /docs`: a page that is part of this app and loads nothing from elsewhere. */
import type { Route } from '../dialect';
import { openApi, type Spoken } from './openApi';
import { pageRoutes } from './pageRoutes';

/** @param version this app's. */
export function docsRoutes(version: string, spoken: readonly Spoken[]): readonly Route[] {
  const document = openApi(version, spoken);
  return [{ method: 'get', path: '/openapi.json', handle: () => ({ type: 'json', body: document }) }, ...pageRoutes];
}
