/** The pages that may be opened in the browser. The window names one; it never names an address. */
import type { ExternalPage } from '../../shared/contract';

/** @param serverUrl where the app's own server answers, which has the API's documentation. */
export function externalPageUrl(page: ExternalPage, serverUrl: string): string {
  switch (page) {
    case 'install-cli':
      return 'https://code.claude.com/docs/en/setup';
    case 'docs':
    case 'readme':
      return new URL('/docs', serverUrl).href;
  }
}
