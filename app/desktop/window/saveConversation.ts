/** Saves a conversation as a file where the user chooses. */
import { writeFile } from 'node:fs/promises';
import { BrowserWindow, dialog } from 'electron';
import type { ExportedConversation } from '../../shared/contract';

/** @returns the file's path; null where the user cancelled. @throws Error where the file cannot be written */
export async function saveConversation({ fileName, text }: ExportedConversation): Promise<string | null> {
  const options = { title: 'Export the conversation', defaultPath: fileName };
  const window = BrowserWindow.getAllWindows()[0];
  const { filePath, canceled } = await (window
    ? dialog.showSaveDialog(window, options)
    : dialog.showSaveDialog(options));
  if (canceled || !filePath) return null;
  // What was said is for the user alone, as it is in the app's own file.
  await writeFile(filePath, text, { mode: 0o600 });
  return filePath;
}
