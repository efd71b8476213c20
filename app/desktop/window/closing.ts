/** What closing the window does on a desktop that shows no tray icons: there the window is the only way to see that the app runs. */
import { type BrowserWindow, dialog } from 'electron';
import type { AppSettings } from '../../shared/contract';

export type Closing = 'hide' | 'quit' | 'stay';

export interface ClosingOptions {
  /** The setting, read at each closing. */
  choice(): AppSettings['closeWithoutTray'];
  /** Stores the choice that the user has made for good. */
  remember(choice: 'keep' | 'quit'): void;
}

/** Asks the user, unless the setting answers. Never rejects where the dialog can be shown. */
export async function closingWithoutTray(
  window: BrowserWindow,
  { choice, remember }: ClosingOptions,
): Promise<Closing> {
  const chosen = choice();
  if (chosen !== 'ask') return chosen === 'keep' ? 'hide' : 'quit';
  const { response, checkboxChecked } = await dialog.showMessageBox(window, {
    type: 'question',
    title: 'Claudacity',
    message: 'Keep Claudacity running?',
    detail:
      'This desktop shows no tray icons. If Claudacity keeps running, it answers requests in the background; start it again to open this window.',
    buttons: ['Keep running', 'Quit', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
    checkboxLabel: 'Do not ask again',
  });
  if (response === 2) return 'stay';
  const quits = response === 1;
  if (checkboxChecked) remember(quits ? 'quit' : 'keep');
  return quits ? 'quit' : 'hide';
}
