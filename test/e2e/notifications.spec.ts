/** Notifications of the running app; which events have one is tested in test/unit/desktop/notifications. */
import { httpError, rateLimits } from '../support/messagesApi';
import { expect, test } from './desktopTest';

test('a plan that is used up is told while the window is hidden, and a click on the notification opens it', async ({
  api,
  launch,
}) => {
  const desktop = await launch({ account: 'subscription' });
  await desktop.window();
  const url = await desktop.url();
  await desktop.app.evaluate(({ BrowserWindow, Notification }) => {
    // Whether a desktop shows it is not the app's affair, and there is none here.
    Notification.isSupported = () => true;
    Notification.prototype.show = function () {
      Object.assign(globalThis, { shown: [...(Reflect.get(globalThis, 'shown') ?? []), this] });
    };
    BrowserWindow.getAllWindows()[0]?.hide();
  });
  const titles = () =>
    desktop.app.evaluate(() => (Reflect.get(globalThis, 'shown') ?? []).map(({ title }: { title: string }) => title));

  const resets = Math.floor(Date.now() / 1000) + 3600;
  const limits = rateLimits({ status: 'rejected', fiveHour: 1, fiveHourReset: resets, sevenDayReset: resets });
  api.setDefaultAnswer(httpError(429, 'rate_limit_error', 'Limit.', limits.kind === 'headers' ? limits.headers : {}));
  const body = JSON.stringify({ model: 'sonnet', stream: false, messages: [{ role: 'user', content: 'Hello?' }] });
  for (const _ of [1, 2]) await fetch(`${url}/api/chat`, { method: 'POST', body });

  await expect.poll(titles).toEqual(['The plan is used up']);
  expect(await desktop.windowVisible()).toBe(false);
  await desktop.app.evaluate(() => Reflect.get(globalThis, 'shown')[0].emit('click'));
  await expect.poll(() => desktop.windowVisible()).toBe(true);
});
