/** The addresses of the pages that the window may open in the browser: known https addresses, and the app's own server. */
import type { ExternalPage } from '../../shared/contract';

const INSTALL_GUIDE = 'https://code.claude.com/docs/en/setup';

/**
 * @param serverUrl address of the app's own server, which serves the API's documentation.
 * @throws Error where that is no web address: the system would start any program that is registered for another scheme.
 */
export function externalPageUrl(page: ExternalPage, serverUrl: string): string {
  switch (page) {
    case 'install-cli':
      return INSTALL_GUIDE;
    case 'docs':
    case 'readme':
      return webAddress(new URL('/docs', serverUrl));
  }
}

function webAddress({ protocol, href }: URL): string {
  if (protocol !== 'http:' && protocol !== 'https:') throw new Error(`${protocol} is no web address`);
  return href;
}
