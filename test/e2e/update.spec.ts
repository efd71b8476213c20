import { expect, openSettings, test } from './desktopTest';

test('the settings say what updates this installation, and nobody is told of an update', async ({ desktop }) => {
  const page = await desktop.window();
  await openSettings(page, 'Updates');
  await expect(page.getByText('Claudacity runs from its source: update that, then start it again.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Look for updates' })).toBeHidden();
  await expect(page.getByRole('region', { name: 'Update', exact: true })).toBeHidden();
  expect((await desktop.icon.menu()).filter(({ label }) => label?.startsWith('Update'))).toEqual([]);

  await page.getByLabel('Address for updates').fill('http://updates.example/');
  await page.getByLabel('Address for updates').press('Enter');
  await expect(page.getByText('must be an address that begins with https://')).toBeVisible();
});
