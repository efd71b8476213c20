/**
 * `GET /openapi.json`, and `GET /docs`: a page for reading it and trying out the API. The page loads nothing from other hosts.
 */
import type { Route } from '../dialect';
import { type DocumentedSection, openApi } from './openApi';
import { pageRoutes } from './pageRoutes';

/** @param version the version of this app. */
export function docsRoutes(version: string, sections: readonly DocumentedSection[]): readonly Route[] {
  // Made when it is asked for: that takes a tenth of a second, which the start of the app would wait for.
  let document: object | undefined;
  return [
    {
      method: 'get',
      path: '/openapi.json',
      docs: null,
      scope: 'any',
      handle: () => {
        document ??= openApi(version, sections);
        return { type: 'json', body: document };
      },
    },
    ...pageRoutes,
  ];
}
