/** Takes pictures of the page in all its states: `node test/support/rendererDev/shoot.mjs <folder> [chromium]`. */
import fs from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright';
import { demoScript, servePage } from './page.mjs';

/** @typedef {import('playwright').Page} Page */
/** @type {Record<string, { demo: import('./demoBridge').Demo['day'], before?: (page: Page) => Promise<unknown> }>} */
const STATES = {
  data: { demo: 'busy' },
  details: {
    demo: 'busy',
    before: async (page) => {
      await page.getByRole('grid').focus();
      for (let presses = 0; presses < 5; presses++) await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.getByRole('complementary', { name: 'Request details' }).getByText('Copy as JSON').waitFor();
    },
  },
  failed: {
    demo: 'busy',
    before: async (page) => {
      await page.getByRole('button', { name: 'Errors only' }).click();
      await page.getByRole('grid').getByRole('row').nth(2).click();
      await page.getByText('Copy as JSON').waitFor();
    },
  },
  empty: { demo: 'empty' },
  stopped: { demo: 'stopped' },
  'problem-signed-out': { demo: 'signed_out' },
  'problem-port': { demo: 'port_taken' },
  'problem-cli': { demo: 'cli_missing' },
  settings: { demo: 'busy', before: (page) => page.keyboard.press('Control+,') },
  shortcuts: { demo: 'busy', before: (page) => page.keyboard.press('?') },
  clear: { demo: 'busy', before: (page) => page.keyboard.press('Control+k') },
  scrolled: {
    demo: 'busy',
    before: async (page) => {
      await page.getByRole('grid').hover();
      await page.mouse.wheel(0, 900);
      await page.waitForTimeout(3_000);
    },
  },
  overview: {
    demo: 'busy',
    before: (page) =>
      page
        .getByRole('button', { name: 'Overview' })
        .click({ timeout: 500 })
        .catch(() => undefined),
  },
};

const [folder = 'shots', executablePath = '/usr/bin/chromium', only = ''] = process.argv.slice(2);
fs.mkdirSync(folder, { recursive: true });
const { url, close } = await servePage();
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
for (const size of [
  { width: 1080, height: 720 },
  { width: 720, height: 480 },
]) {
  for (const theme of /** @type {const} */ (['light', 'dark'])) {
    for (const [name, { demo, before }] of Object.entries(STATES)) {
      const picture = `${name}-${theme}-${size.width}.png`;
      if (!picture.includes(only)) continue;
      const page = await browser.newPage({ viewport: size, colorScheme: theme });
      page.on('console', (message) => console.log(`[${picture}]`, message.text()));
      page.on('pageerror', (error) => console.log(`[${picture}]`, error));
      await page.addInitScript(await demoScript({ day: demo, theme, still: name !== 'scrolled' }));
      await page.goto(url);
      await page.getByRole('status').waitFor();
      await before?.(page);
      await page.waitForTimeout(400);
      await page.screenshot({ path: path.join(folder, picture) });
      await page.close();
    }
  }
}
await browser.close();
await close();
