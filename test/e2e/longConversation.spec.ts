/** A conversation of 10,000 messages in the window. Only the messages in view exist on the page. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Message } from '../../app/chat/request';
import { NO_USAGE } from '../../app/shared/usage';
import { conversationsTable } from '../../app/store/conversations/conversationsTable';
import { messagesTable } from '../../app/store/conversations/messagesTable';
import { systemPromptsTable } from '../../app/store/conversations/systemPromptsTable';
import { createTurnWriter } from '../../app/store/conversations/turnWriter';
import { openDatabase } from '../../app/store/database';
import { recordingLog } from '../support/recordingLog';
import { expect, openPage, test } from './desktopTest';

const MESSAGES = 10_000;
/** With those a little above and below the view. */
const MOST_DRAWN = 60;

test('a conversation of 10,000 messages is read from its beginning to its end', async ({ launch, home }) => {
  storeLongConversation(path.join(home, 'data'));
  const desktop = await launch();
  const page = await desktop.window();
  await openPage(page, 'Conversations');
  await page.getByRole('option', { name: /Question 0/ }).click();
  const messages = page.getByRole('region', { name: 'Messages' });
  const drawn = messages.getByRole('listitem').and(page.locator('[aria-setsize]'));
  await expect(drawn.first()).toHaveAttribute('aria-setsize', String(MESSAGES));
  await expect(messages).toContainText('Question 0.');
  expect(await drawn.count()).toBeLessThan(MOST_DRAWN);
  const nodes = () => messages.evaluate((element) => element.querySelectorAll('*').length);
  const atFirst = await nodes();

  await messages.focus();
  await page.keyboard.press('PageDown');
  await expect(messages.getByText('Question 0.')).toBeHidden();
  await page.keyboard.press('End');
  await expect(messages).toContainText(`Answer ${MESSAGES - 1}.`);
  await expect(drawn.last()).toHaveAttribute('aria-posinset', String(MESSAGES));
  expect(await drawn.count()).toBeLessThan(MOST_DRAWN);
  // Other messages are drawn in place of those that have left the view.
  expect(await nodes()).toBeLessThan(3 * atFirst);
  await page.keyboard.press('Home');
  await expect(messages.getByText('Question 0.')).toBeVisible();
  expect(await drawn.count()).toBeLessThan(MOST_DRAWN);
});

/** Stores the conversation as if it had been imported in one turn. */
function storeLongConversation(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const database = openDatabase(path.join(folder, 'claudacity.db'), recordingLog());
  const writer = createTurnWriter({
    database,
    conversations: conversationsTable(database),
    messages: messagesTable(database),
    systemPrompts: systemPromptsTable(database),
  });
  writer.write({
    ...{ id: 'conv_long', owner: '', name: undefined, client: 'test', system: '', model: 'claude-sonnet-5-5' },
    ...{ keyDigest: 'key', firstDigest: 'first', historyDigest: 'key', digest: 'all', title: 'Question 0.' },
    ...{ withTexts: true, turns: MESSAGES / 2, usage: NO_USAGE, usedAt: Date.now() },
    history: [],
    added: Array.from({ length: MESSAGES }, (_, index) => message(index)),
  });
  database.close();
}

function message(index: number): Message {
  if (index % 2 === 0) return { role: 'user', content: [{ type: 'text', text: `Question ${index}.` }] };
  const list = Array.from({ length: 1 + (index % 7) }, (_, line) => `- **point ${line}** of some words and \`code\``);
  const text = [`Answer ${index}.`, ...list, '', 'Words to end with. '.repeat(index % 40)].join('\n');
  return { role: 'assistant', content: [{ type: 'text', text }] };
}
