import { expect, openSettings, test } from './desktopTest';

test('the settings say what updates this installation, and nobody is told of an update', async ({ desktop }) => {
  const page = await desktop.window();
  await openSettings(page, 'Updates');
  await expect(page.getByText('Claudacity runs from its source: update that, then start it again.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Look for updates' })).toBeHidden();
  await expect(page.getByRole('region', { name: 'Update', exact: true })).toBeHidden();
  expect((await desktop.icon.menu()).filter(({ label }) => label?.startsWith('Update'))).toEqual([]);

  const address = page.getByRole('textbox', { name: 'Address for updates' });
  await address.fill('http://updates.example/');
  await address.press('Enter');
  await expect(address).toHaveAccessibleDescription(/Enter an address that begins with https:\/\//);
});
