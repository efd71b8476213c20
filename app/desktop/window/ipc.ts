/**
 * The one door between the page and the app. A call gets through only if it comes from the top frame of our own window,
 * showing our own page, with arguments that fit the contract; whatever else could reach IPC gets an error.
 */
import { ipcMain, type WebFrameMain } from 'electron';
import { z } from 'zod';
import type { Log } from '../../log/log';
import type { Calls, Channel } from '../../shared/contract';
import { errorText } from '../../shared/errorText';
import { shownSettingsChange } from '../../shared/settingsSchema';
import { isPageUrl } from './appProtocol';
import type { Reply } from './channels';

export type CallHandlers = {
  [C in Channel]: (...args: Calls[C]['args']) => Calls[C]['result'] | Promise<Calls[C]['result']>;
};

/** @param mainFrame the window's top frame, where there is a window. */
export function handleCalls(handlers: CallHandlers, mainFrame: () => WebFrameMain | undefined, log: Log): void {
  for (const channel of Object.keys(handlers).filter(hasArguments)) {
    handle(channel, handlers[channel], mainFrame, log);
  }
}

function handle<C extends Channel>(
  channel: C,
  handler: CallHandlers[C],
  mainFrame: () => WebFrameMain | undefined,
  log: Log,
): void {
  ipcMain.handle(channel, async (event, ...args: unknown[]): Promise<Reply<Calls[C]['result']>> => {
    if (!isTrusted(event.senderFrame, mainFrame())) {
      log.warn('a call that did not come from the window was refused', { channel });
      return { ok: false, message: 'This page may not call the app.' };
    }
    const parsed = ARGUMENTS[channel].safeParse(args);
    if (!parsed.success) return { ok: false, message: z.prettifyError(parsed.error) };
    try {
      return { ok: true, value: await handler(...parsed.data) };
    } catch (error) {
      log.error('a call failed', { channel, error: String(error) });
      return { ok: false, message: errorText(error) };
    }
  });
}

/** The frame is null once it has gone away or has moved to another site. */
function isTrusted(sender: WebFrameMain | null, mainFrame: WebFrameMain | undefined): boolean {
  return sender !== null && sender === mainFrame && isPageUrl(sender.url);
}

const none = z.tuple([]);
const id = z.string().max(200);

const ARGUMENTS: { [C in Channel]: z.ZodType<Calls[C]['args']> } = {
  'app:snapshot': none,
  'server:start': none,
  'server:stop': none,
  'cli:check': none,
  'cli:sign-in': none,
  'request:details': z.tuple([id]),
  'request:older': z.tuple([z.number(), z.int().min(1).max(1000)]),
  'request:clear': none,
  'conversation:end': z.tuple([id]),
  'conversation:stored': z.tuple([z.number(), z.int().min(1).max(1000)]),
  'conversation:read': z.tuple([id]),
  'conversation:delete': z.tuple([id]),
  'conversation:delete-all': none,
  'settings:change': z.tuple([shownSettingsChange]),
  'login:set': z.tuple([z.boolean()]),
  'clipboard:copy': z.tuple([z.string().max(1_000_000)]),
  'external:open': z.tuple([z.enum(['install-cli', 'docs', 'readme'])]),
};

function hasArguments(channel: string): channel is Channel {
  return Object.hasOwn(ARGUMENTS, channel);
}
