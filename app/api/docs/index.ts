/** `GET /openapi.json` and, to read it and try it out, `GET /docs`: a page that is part of this app and loads nothing from elsewhere. */
import type { Route } from '../dialect';
import { type DocumentedSection, openApi } from './openApi';
import { pageRoutes } from './pageRoutes';

/** @param version the version of this app. */
export function docsRoutes(version: string, sections: readonly DocumentedSection[]): readonly Route[] {
  const document = openApi(version, sections);
  return [
    { method: 'get', path: '/openapi.json', docs: null, handle: () => ({ type: 'json', body: document }) },
    ...pageRoutes,
  ];
}
