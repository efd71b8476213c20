/** Takes pictures of the page in all its states: `node test/support/rendererDev/shoot.mjs <folder> [chromium] [parts of their names, with commas]`. */
import fs from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright';
import { demoScript, servePage } from './page.mjs';

/** @typedef {import('playwright').Page} Page */
/** @type {Record<string, { demo: import('./demoBridge').Demo['day'], more?: Partial<import('./demoBridge').Demo>, before?: (page: Page) => Promise<unknown> }>} */
const STATES = {
  data: { demo: 'busy' },
  'requests-said': { demo: 'busy', before: (page) => openRequest(page, /Why does my Rust/) },
  'requests-running': { demo: 'busy', before: (page) => openRequest(page, /answering/) },
  'requests-tool-call': {
    demo: 'busy',
    before: async (page) => {
      await page.getByRole('searchbox').fill('outcome:called_tools ');
      await openRequest(page, /called a tool/);
    },
  },
  'requests-images': { demo: 'busy', before: (page) => openRequest(page, /Summarise the attached/) },
  'requests-long': { demo: 'busy', before: (page) => openRequest(page, /Review this pull request/) },
  'requests-wire': { demo: 'busy', before: (page) => openRequest(page, /Why does my Rust/, 'Sent / Received') },
  'requests-wire-end': {
    demo: 'busy',
    before: async (page) => {
      await openRequest(page, /Why does my Rust/, 'Sent / Received');
      await page.getByText('Received by the client').scrollIntoViewIfNeeded();
    },
  },
  'requests-timing': { demo: 'busy', before: (page) => openRequest(page, /Why does my Rust/, 'Timing') },
  'requests-tokens': { demo: 'busy', before: (page) => openRequest(page, /Why does my Rust/, 'Tokens') },
  'requests-private': { demo: 'busy', more: { noTexts: true }, before: (page) => openRequest(page, /sonnet/) },
  'requests-failed': {
    demo: 'busy',
    before: async (page) => {
      await page.getByRole('searchbox').fill('outcome:failure ');
      await openRequest(page, /plan used up/);
    },
  },
  'requests-chips': {
    demo: 'busy',
    before: async (page) => {
      await page.getByRole('searchbox').fill('client:"Open WebUI" key:none since:today served:live ');
      await page.getByRole('searchbox').fill('rust borrow');
      await page.getByRole('gridcell', { name: /Rust/ }).first().waitFor();
    },
  },
  'requests-fault': {
    demo: 'busy',
    before: async (page) => {
      await page.getByRole('searchbox').fill('outcome:great ');
    },
  },
  'requests-none': {
    demo: 'busy',
    before: async (page) => {
      await page.getByRole('searchbox').fill('xyzzy');
      await page.getByText('No request matches').waitFor();
    },
  },
  'requests-filter-menu': {
    demo: 'busy',
    before: async (page) => {
      await page.getByRole('button', { name: 'Filter', exact: true }).click();
    },
  },
  'requests-outcome-menu': {
    demo: 'busy',
    before: async (page) => {
      await page.getByRole('button', { name: 'Filter', exact: true }).click();
      await page.getByRole('menuitem', { name: 'Outcome' }).click();
    },
  },
  'requests-row-menu': {
    demo: 'busy',
    before: (page) =>
      page
        .getByRole('gridcell', { name: /Why does my Rust/ })
        .first()
        .click({ button: 'right' }),
  },
  'requests-polls': {
    demo: 'busy',
    before: (page) =>
      page
        .getByRole('button', { name: /polls · last/ })
        .first()
        .click(),
  },
  'requests-paused': {
    demo: 'busy',
    before: async (page) => {
      await page.getByRole('grid').focus();
      await page.keyboard.press('p');
    },
  },
  'requests-calm': { demo: 'busy', before: (page) => page.getByRole('button', { name: 'Overview' }).click() },
  empty: { demo: 'empty' },
  stopped: { demo: 'stopped' },
  'problem-signed-out': { demo: 'signed_out' },
  'problem-port': { demo: 'port_taken' },
  'problem-cli': { demo: 'cli_missing' },
  settings: { demo: 'busy', before: (page) => page.keyboard.press('Control+,') },
  'settings-server': { demo: 'busy', before: (page) => settingsGroup(page, 'Server') },
  'settings-restart': {
    demo: 'busy',
    before: async (page) => {
      await settingsGroup(page, 'Server');
      await page.getByRole('button', { name: 'Change “Port” for this run' }).click();
      await page.getByRole('textbox', { name: 'Port' }).fill('8080');
      await page.keyboard.press('Enter');
      await page.getByLabel('Listen on').selectOption('127.0.0.1');
    },
  },
  'settings-refused': {
    demo: 'busy',
    before: async (page) => {
      await settingsGroup(page, 'Processes');
      await page.getByRole('textbox', { name: 'Processes' }).fill('0');
      await page.keyboard.press('Enter');
      await page.getByRole('textbox', { name: 'Idle process' }).fill('7');
      await page.keyboard.press('Enter');
      await page.getByRole('checkbox', { name: 'Reuse processes' }).uncheck();
    },
  },
  'settings-keys': { demo: 'busy', before: (page) => settingsGroup(page, 'Keys and refused') },
  'settings-keys-empty': { demo: 'empty', before: (page) => settingsGroup(page, 'Keys and refused') },
  'settings-key-new': {
    demo: 'busy',
    before: async (page) => {
      await settingsGroup(page, 'Keys and refused');
      await page.getByRole('button', { name: 'New key' }).click();
    },
  },
  'settings-key-created': {
    demo: 'busy',
    before: async (page) => {
      await settingsGroup(page, 'Keys and refused');
      await page.getByRole('button', { name: 'New key' }).click();
      await page.getByLabel('Name').fill('Home Assistant');
      await page.getByRole('checkbox', { name: 'be a part of the URL' }).check();
      await page.getByRole('button', { name: 'Make key' }).click();
    },
  },
  home: { demo: 'busy', before: (page) => page.keyboard.press('Control+1') },
  'home-first-day': { demo: 'empty', before: (page) => page.keyboard.press('Control+1') },
  'home-no-cli': { demo: 'cli_missing', before: (page) => page.keyboard.press('Control+1') },
  'home-asked': {
    demo: 'busy',
    before: async (page) => {
      await page.keyboard.press('Control+1');
      await page.getByLabel('Question').fill('How can more trains run on a single track?');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Copy answer' }).waitFor();
      await page.getByLabel('Question').fill('And with two tracks?');
      await page.keyboard.press('Enter');
      await page.waitForTimeout(300);
    },
  },
  usage: { demo: 'busy', before: (page) => page.keyboard.press('Control+4') },
  'usage-week': {
    demo: 'busy',
    before: async (page) => {
      await page.keyboard.press('Control+4');
      await page.getByRole('button', { name: 'Week' }).click();
    },
  },
  'usage-month': {
    demo: 'busy',
    before: async (page) => {
      await page.keyboard.press('Control+4');
      await page.getByRole('button', { name: 'Month' }).click();
      await page.getByLabel('Groups').selectOption('by client');
      await page.getByRole('group', { name: 'Cost by day' }).focus();
      await page.keyboard.press('End');
      await page.keyboard.press('ArrowLeft');
    },
  },
  'usage-tables': {
    demo: 'busy',
    before: async (page) => {
      await page.keyboard.press('Control+4');
      await page.getByRole('button', { name: 'Week' }).click();
      for (const index of [0, 1]) await page.getByRole('button', { name: 'Table' }).nth(index).click();
      await page.locator('.usage-body').evaluate((body) => body.scrollTo(0, 160));
    },
  },
  'usage-hour': {
    demo: 'busy',
    before: async (page) => {
      await page.keyboard.press('Control+4');
      await page.getByRole('button', { name: 'Hour' }).click();
    },
  },
  'usage-empty': { demo: 'empty', before: (page) => page.keyboard.press('Control+4') },
  connect: { demo: 'busy', before: (page) => page.keyboard.press('Control+5') },
  'connect-empty': { demo: 'empty', before: (page) => page.keyboard.press('Control+5') },
  'connect-stopped': {
    demo: 'stopped',
    before: async (page) => {
      await page.keyboard.press('Control+5');
      await page.getByRole('button', { name: 'Xcode' }).click();
    },
  },
  'connect-search': {
    demo: 'busy',
    before: async (page) => {
      await page.keyboard.press('Control+5');
      await page.getByPlaceholder('Search programs').fill('python');
      await page.getByRole('button', { name: 'OpenAI for Python' }).click();
    },
  },
  'connect-none': {
    demo: 'busy',
    before: async (page) => {
      await page.keyboard.press('Control+5');
      await page.getByPlaceholder('Search programs').fill('xyzzy');
    },
  },
  'connect-other': {
    demo: 'busy',
    before: async (page) => {
      await page.keyboard.press('Control+5');
      await page.getByRole('button', { name: 'Home Assistant' }).click();
      await page.getByRole('button', { name: 'Other computer' }).click();
    },
  },
  'connect-key': {
    demo: 'busy',
    before: async (page) => {
      await page.keyboard.press('Control+5');
      await page.getByRole('button', { name: 'VS Code' }).click();
      await page.getByRole('button', { name: 'Container' }).click();
      await page.getByRole('button', { name: 'Make a key' }).click();
      await page.getByRole('button', { name: 'Copy key' }).waitFor();
    },
  },
  'connect-preview': {
    demo: 'busy',
    before: async (page) => {
      await page.keyboard.press('Control+5');
      await page.getByRole('button', { name: 'Claude Code' }).click();
      await page.getByRole('button', { name: 'Show the change' }).click();
      await page.getByRole('button', { name: 'Write it' }).waitFor();
    },
  },
  'connect-written': {
    demo: 'busy',
    before: async (page) => {
      await page.keyboard.press('Control+5');
      await page.getByRole('button', { name: 'Codex' }).click();
    },
  },
  'connect-refused': {
    demo: 'busy',
    before: async (page) => {
      await page.keyboard.press('Control+5');
      await page.getByRole('button', { name: 'opencode' }).click();
      await page.getByRole('button', { name: 'Show the change' }).click();
    },
  },
  'settings-accounts': { demo: 'busy', before: (page) => settingsGroup(page, 'Accounts') },
  'settings-account-new': {
    demo: 'busy',
    before: async (page) => {
      await settingsGroup(page, 'Accounts');
      await page.getByRole('button', { name: 'Add an account' }).click();
    },
  },
  'settings-models': { demo: 'busy', before: (page) => settingsGroup(page, 'Models') },
  'settings-privacy': { demo: 'busy', before: (page) => settingsGroup(page, 'Privacy') },
  'settings-notifications': { demo: 'busy', before: (page) => settingsGroup(page, 'Notifications') },
  'settings-start-up': { demo: 'busy', before: (page) => settingsGroup(page, 'Start-up') },
  'settings-about': { demo: 'busy', before: (page) => settingsGroup(page, 'About') },
  ...updateStates({
    available: { phase: 'available' },
    downloading: { phase: 'downloading', progress: 0.42 },
    ready: { phase: 'ready' },
    waiting: { phase: 'waiting', answering: 2 },
    installing: { phase: 'installing' },
    failed: {
      phase: 'available',
      message:
        'The downloaded file does not have the checksum that it should have, so it was deleted. Try again later.',
    },
    refused: {
      phase: 'ready',
      message:
        'The package was not installed: the system did not give the rights. Install it by hand with `sudo apt install /home/ana/.cache/claudacity-updater/pending/claudacity-1.0.1-linux-amd64.deb`.',
    },
    installed: { phase: 'ready', installed: true },
    repository: {
      phase: 'off',
      version: null,
      message:
        'A package repository of this system offers Claudacity and updates it, together with the rest of the system.',
    },
  }),
  'settings-report': {
    demo: 'busy',
    before: async (page) => {
      await settingsGroup(page, 'About');
      await page.getByRole('button', { name: 'Copy a report for a bug' }).click();
    },
  },
  'settings-search': {
    demo: 'busy',
    before: async (page) => {
      await settingsGroup(page, 'General');
      await page.keyboard.press('Control+f');
      await page.keyboard.type('key');
    },
  },
  'settings-nothing-found': {
    demo: 'busy',
    before: async (page) => {
      await settingsGroup(page, 'General');
      await page.keyboard.press('Control+f');
      await page.keyboard.type('xyzzy');
    },
  },
  'settings-delete-history': {
    demo: 'busy',
    before: async (page) => {
      await settingsGroup(page, 'Privacy');
      await page.getByRole('checkbox', { name: 'Store the conversation history' }).click();
    },
  },
  'page-failed': {
    demo: 'busy',
    before: async (page) => {
      await page.evaluate(() => {
        Intl.DateTimeFormat = /** @type {never} */ (
          function DateTimeFormat() {
            throw new Error('There is no calendar.');
          }
        );
      });
      await page.keyboard.press('Control+3');
      await page.keyboard.press('Control+2');
    },
  },
  'rail-focus': {
    demo: 'busy',
    before: async (page) => {
      await page.getByRole('button', { name: 'Requests' }).first().focus();
      await page.keyboard.press('Tab');
    },
  },
  history: { demo: 'busy', before: (page) => page.keyboard.press('Control+3') },
  'history-read': {
    demo: 'busy',
    before: async (page) => {
      await page.keyboard.press('Control+3');
      await page.getByRole('option', { name: 'Why does my Rust' }).last().click();
      await page.getByText('The loop borrows').first().waitFor();
    },
  },
  'history-live': {
    demo: 'busy',
    before: async (page) => {
      await page.keyboard.press('Control+3');
      await page.getByRole('option', { name: 'Why does my Rust' }).first().click();
      await page.getByText('What I would change').first().waitFor();
    },
  },
  'history-tools': {
    demo: 'busy',
    before: async (page) => {
      await page.keyboard.press('Control+3');
      await page.getByRole('option', { name: 'Why does my Rust' }).first().click();
      await page.getByText('What I would change').first().waitFor();
      await page.getByRole('region', { name: 'Messages' }).focus();
      await page.keyboard.press('Home');
      await page.mouse.move(900, 400);
      await page.mouse.wheel(0, 700);
      await page.getByText('read_file').first().click();
    },
  },
  'history-menu': {
    demo: 'busy',
    before: async (page) => {
      await page.keyboard.press('Control+3');
      await page.getByRole('option', { name: 'Why does my Rust' }).last().click();
      await page.getByRole('button', { name: 'Actions' }).click();
    },
  },
  'history-rename': {
    demo: 'busy',
    before: async (page) => {
      await page.keyboard.press('Control+3');
      await page.getByRole('listbox').focus();
      await page.keyboard.press('j');
      await page.keyboard.press('j');
      await page.keyboard.press('F2');
    },
  },
  'history-long': {
    demo: 'busy',
    before: async (page) => {
      await page.keyboard.press('Control+3');
      await page.getByRole('option', { name: 'Write a haiku' }).first().click();
      await page.keyboard.press('Home');
      await page.getByRole('region', { name: 'Messages' }).hover();
      await page.mouse.wheel(0, 3_600);
    },
  },
  'history-search': {
    demo: 'busy',
    before: async (page) => {
      await page.keyboard.press('Control+3');
      await page.getByPlaceholder('Search titles').fill('borrow');
    },
  },
  'history-nothing-found': {
    demo: 'busy',
    before: async (page) => {
      await page.keyboard.press('Control+3');
      await page.getByPlaceholder('Search titles').fill('xyzzy');
    },
  },
  'history-delete': {
    demo: 'busy',
    before: async (page) => {
      await page.keyboard.press('Control+3');
      await page.getByRole('option', { name: 'Why does my Rust' }).first().click();
      await page.keyboard.press('Delete');
    },
  },
  'history-delete-all': {
    demo: 'busy',
    before: async (page) => {
      await page.keyboard.press('Control+3');
      await page.getByRole('button', { name: 'Delete all conversations' }).click();
    },
  },
  'history-empty': { demo: 'empty', before: (page) => page.keyboard.press('Control+3') },
  'history-no-texts': {
    demo: 'busy',
    more: { noTexts: true },
    before: async (page) => {
      await page.keyboard.press('Control+3');
      await page.getByRole('listbox').focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
    },
  },
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

/**
 * The settings, and the notice that every page has, for what may be known of a later version.
 * @param {Record<string, Partial<import('../../../app/shared/contract').UpdateState>>} states
 */
function updateStates(states) {
  return Object.fromEntries(
    Object.entries(states).map(([name, state]) => [
      `update-${name}`,
      {
        demo: /** @type {const} */ ('busy'),
        more: { update: { version: '1.0.1', ...state } },
        before: (/** @type {Page} */ page) => settingsGroup(page, 'Updates'),
      },
    ]),
  );
}

/** Opens the settings at a group, in the list or in the select of a narrow window. @param {Page} page @param {string} title */
async function settingsGroup(page, title) {
  await page.keyboard.press('Control+,');
  const list = page.getByRole('navigation', { name: 'Groups of settings' });
  await list.waitFor();
  const button = list.getByRole('button', { name: title, exact: true });
  if (await button.isVisible()) await button.click();
  else await list.getByRole('combobox').selectOption(title);
}

/**
 * Opens the first request whose row has these words, and one of its tabs.
 * @param {Page} page @param {RegExp} words @param {string} [tab]
 */
async function openRequest(page, words, tab) {
  await page.getByRole('grid').getByRole('row', { name: words }).first().click();
  if (tab) await page.getByRole('tab', { name: tab }).click();
  await page.mouse.move(0, 0);
  await page.waitForTimeout(300);
}

const [folder = 'shots', executablePath = '/usr/bin/chromium', only = ''] = process.argv.slice(2);
fs.mkdirSync(folder, { recursive: true });
const { url, close } = await servePage();
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
// The last two are windows of 1280 and 720 px at a zoom of 200 %.
for (const { size, width, height, deviceScaleFactor = 1 } of [
  { size: '1920', width: 1920, height: 1080 },
  { size: '1280', width: 1280, height: 800 },
  { size: '1080', width: 1080, height: 720 },
  { size: '720', width: 720, height: 480 },
  { size: '1280-zoomed', width: 640, height: 400, deviceScaleFactor: 2 },
  { size: '720-zoomed', width: 360, height: 240, deviceScaleFactor: 2 },
]) {
  for (const looks of /** @type {const} */ (['light', 'dark', 'forced'])) {
    for (const [name, { demo, more, before }] of Object.entries(STATES)) {
      const picture = `${name}-${looks}-${size}.png`;
      if (!only.split(',').every((part) => picture.includes(part))) continue;
      const theme = looks === 'dark' ? 'dark' : 'light';
      const page = await browser.newPage({
        viewport: { width, height },
        deviceScaleFactor,
        colorScheme: theme,
        forcedColors: looks === 'forced' ? 'active' : 'none',
      });
      page.setDefaultTimeout(4_000);
      page.on('console', (message) => console.log(`[${picture}]`, message.text()));
      page.on('pageerror', (error) => console.log(`[${picture}]`, error));
      await page.addInitScript(await demoScript({ ...more, day: demo, theme, still: name !== 'scrolled' }));
      await page.goto(url);
      await page.getByRole('status').first().waitFor();
      await page.keyboard.press('Control+2');
      await before?.(page).catch((error) => console.log(`[${picture}]`, error));
      await page.waitForTimeout(400);
      await page.screenshot({ path: path.join(folder, picture) });
      await page.close();
    }
  }
}
await browser.close();
await close();
