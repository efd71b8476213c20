/** The addresses of the pages that the window may open in the browser. */
import type { ExternalPage } from '../../shared/contract';

/** @param serverUrl address of the app's own server, which serves the API's documentation. */
export function externalPageUrl(page: ExternalPage, serverUrl: string): string {
  switch (page) {
    case 'install-cli':
      return 'https://code.claude.com/docs/en/setup';
    case 'docs':
    case 'readme':
      return new URL('/docs', serverUrl).href;
  }
}
