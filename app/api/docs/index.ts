/**
 * `GET /openapi.json`, and `GET /docs`: a page for reading it and trying out the API. The page loads nothing from other hosts.
 */
import type { Route } from '../dialect';
import { type DocumentedSection, openApi } from './openApi';
import { pageRoutes } from './pageRoutes';

/** @param version the version of this app. */
export function docsRoutes(version: string, sections: readonly DocumentedSection[]): readonly Route[] {
  const document = openApi(version, sections);
  return [
    {
      method: 'get',
      path: '/openapi.json',
      docs: null,
      scope: 'any',
      handle: () => ({ type: 'json', body: document }),
    },
    ...pageRoutes,
  ];
}
