import { expect, test } from './desktopTest';

test('a large body is parsed in the app’s worker thread, and a hostile one refused there', async ({ desktop, api }) => {
  const url = await desktop.url();
  const post = (body: string) => fetch(`${url}/api/chat`, { method: 'POST', body });
  const content = 'A long question. '.repeat(20_000);
  const answer = await post(JSON.stringify({ model: 'sonnet', stream: false, messages: [{ role: 'user', content }] }));
  expect([answer.status, await answer.json()]).toMatchObject([200, { message: { content: 'OK' } }]);
  expect(JSON.stringify(api.requests[0]?.history)).toContain('A long question. A long question.');
  const refused = await post(`{"model":"sonnet","messages":[${'[],'.repeat(300_000)}1]}`);
  expect([refused.status, await refused.json()]).toEqual([413, { error: expect.stringContaining('more than') }]);
});
