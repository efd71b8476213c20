/** The page of Open WebUI as its user sees it. */
import type { Browser, Page } from 'playwright';
import { type CaseResult, type ProgramEnv, writePicture } from '../program';
import type { OpenWebuiServer } from './server';

/** How long the page may take to show something. */
const SHOWN_MS = 30_000;

export interface ChatOptions {
  /** The id of a tool that the user turns on for the chat. */
  readonly tool?: string;
}

/** Opens a new chat with the model, in a browser that knows no other chat. @throws Error if the page does not offer the model */
export async function openChat(
  browser: Browser,
  { url }: OpenWebuiServer,
  model: string,
  { tool }: ChatOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 } });
  context.setDefaultTimeout(SHOWN_MS);
  const page = await context.newPage();
  const query = new URLSearchParams({ models: model, ...(tool !== undefined && { tools: tool }) });
  await page.goto(`${url}/?${query}`);
  await page.getByRole('button', { name: `Selected model: ${model}` }).waitFor();
  if (tool !== undefined) await page.getByRole('button', { name: 'Available Tools' }).waitFor();
  return page;
}

/** Asks as soon as the page has finished the answer before. */
export async function ask(page: Page, question: string): Promise<void> {
  await stopButton(page).waitFor({ state: 'hidden' });
  await page.locator('#chat-input').click();
  await page.keyboard.type(question);
  await page.keyboard.press('Enter');
}

/** Resolves when the page has uploaded the picture and shows it beside the question. */
export async function attachPicture(page: Page, env: ProgramEnv): Promise<void> {
  // The first one is that of “Upload Files”; the others belong to the camera.
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles(await writePicture(env));
  await page.getByRole('button', { name: 'Show image preview' }).waitFor();
}

/** The button that ends the answer under way, which is there as long as an answer or its tasks run. */
export function stopButton(page: Page) {
  return page.getByRole('button', { name: 'Stop', exact: true });
}

/** Waits for the text. @returns a fault with all that the page shows where it does not appear */
export async function showsText(page: Page, text: string | RegExp): Promise<CaseResult> {
  try {
    await page.getByText(text).first().waitFor();
    return [];
  } catch {
    return [`the page does not show “${text}”:\n${(await page.locator('body').innerText()).slice(-2_000)}`];
  }
}

/** What the page says of the last answer's tokens where its user points at “Info”. */
export async function usageShown(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Info', exact: true }).last().hover();
  return page.getByRole('tooltip').filter({ hasText: 'tokens' }).innerText();
}
