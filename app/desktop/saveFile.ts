/** Saves a text where the user chooses. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { app, BrowserWindow, dialog } from 'electron';

export interface FileToSave {
  /** The name that the dialog suggests. */
  readonly name: string;
  /** Of the dialog's filter: `CSV files`. */
  readonly kind: string;
  readonly extension: string;
  readonly text: string;
}

/** Returns the file's path; null where the user cancelled. Only the user can read the file. @throws Error where it cannot be written. */
export async function saveFile({ name, kind, extension, text }: FileToSave): Promise<string | null> {
  const options = {
    defaultPath: path.join(app.getPath('documents'), name),
    filters: [{ name: kind, extensions: [extension] }],
  };
  const window = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];
  const { canceled, filePath } = await (window
    ? dialog.showSaveDialog(window, options)
    : dialog.showSaveDialog(options));
  if (canceled || filePath === '') return null;
  await writeFile(filePath, text, { mode: 0o600 });
  return filePath;
}
