/** Opens the pages of links in the browser, each after the user has agreed. */
import { BrowserWindow, clipboard, dialog, shell } from 'electron';
import { linkQuestion } from './linkQuestion';

/** @returns the handler of the call `link.open`. While one question is open, it ignores other links: a page could flood the screen with them. */
export function createLinkOpener(): (address: string) => Promise<void> {
  let asking = false;
  return async (text) => {
    const question = linkQuestion(text);
    if (asking) return;
    asking = true;
    try {
      await ask(question.message, question.detail, question.address);
    } finally {
      asking = false;
    }
  };
}

async function ask(message: string, detail: string, address: string): Promise<void> {
  const options = {
    type: 'question' as const,
    title: 'Claudacity',
    message,
    detail,
    buttons: ['Open', 'Copy address', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
  };
  const window = BrowserWindow.getAllWindows()[0];
  const { response } = await (window ? dialog.showMessageBox(window, options) : dialog.showMessageBox(options));
  if (response === 0) await shell.openExternal(address);
  else if (response === 1) clipboard.writeText(address);
}
