/** Debian's Chromium, or the one that Playwright has downloaded, for tests of what a page can do. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright';

const DEBIANS = '/usr/bin/chromium';

/** The path of a Chromium; null where there is none. */
export function chromiumPath(): string | null {
  return [DEBIANS, chromium.executablePath()].find((file) => existsSync(file)) ?? null;
}

/**
 * Starts it with the names resolved to this computer, as a rebinding DNS server does. Its own protection of the local network is off: the
 * server must not depend on it.
 */
export function startBrowser(executablePath: string, names: readonly string[]): Promise<Browser> {
  const rules = names.map((name) => `MAP ${name} 127.0.0.1`).join(',');
  return chromium.launch({
    executablePath,
    args: [
      ...['--no-sandbox', `--host-resolver-rules=${rules}`, '--no-proxy-server'],
      '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessSendPreflights,HttpsUpgrades,HttpsFirstBalancedMode',
    ],
  });
}
