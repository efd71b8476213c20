/** Pictures of the window for people to look at; what they can prove by themselves is that both themes are drawn. */
import { Ollama } from 'ollama';
import { text } from '../support/messagesApi';
import { expect, openPage, requestRow, test } from './desktopTest';

for (const [name, theme, background] of [
  ['Light', 'light', 'rgb(253, 253, 254)'],
  ['Dark', 'dark', 'rgb(21, 21, 27)'],
] as const) {
  test(`the ${theme} theme is drawn in its own colours`, async ({ desktop, api }, info) => {
    api.setDefaultAnswer(text('Hello'));
    const page = await desktop.window();
    const client = new Ollama({ host: await desktop.url() });
    await client.list();
    await client.chat({ model: 'sonnet', messages: [{ role: 'user', content: 'hi' }] });

    await openPage(page, 'Settings');
    await page.getByLabel('Theme').selectOption(name);
    await openPage(page, 'Requests');
    await expect(page.locator('body')).toHaveCSS('background-color', background);
    await expect(requestRow(page, /sonnet/)).toContainText('answered');
    await page.screenshot({ path: info.outputPath(`${theme}.png`) });
  });
}
