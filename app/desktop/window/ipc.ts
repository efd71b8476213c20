/**
 * The one door between the page and the app. A message gets through only if it comes from the top frame of our own window, showing our own
 * page, and fits the contract; everything else that could reach IPC is refused.
 */
import { ipcMain, type WebFrameMain } from 'electron';
import { z } from 'zod';
import { answerCall } from '../../core/answerCall';
import type { Log } from '../../log/log';
import { type CallHandlers, TOPICS, type Topic } from '../../shared/contract';
import { errorText } from '../../shared/errorText';
import { isPageUrl } from './appProtocol';
import { CALL_CHANNEL, type CallReply, SUBSCRIBE_CHANNEL, UNSUBSCRIBE_CHANNEL } from './channels';
import type { PageSubscriptions } from './pageSubscriptions';

export interface PageDoor {
  /** The window's top frame, where there is a window. */
  mainFrame(): WebFrameMain | undefined;
  subscriptions(): PageSubscriptions | undefined;
}

export function handleCalls(handlers: CallHandlers, { mainFrame }: PageDoor, log: Log): void {
  ipcMain.handle(CALL_CHANNEL, async (event, name: unknown, ...args: unknown[]): Promise<CallReply<unknown>> => {
    if (!isTrusted(event.senderFrame, mainFrame())) {
      log.warn('a call that did not come from the window was refused', { call: String(name) });
      return { ok: false, message: 'This page may not call the app.' };
    }
    try {
      return { ok: true, value: await answerCall(handlers, name, args, log) };
    } catch (error) {
      return { ok: false, message: errorText(error) };
    }
  });
}

export function handleSubscriptions({ mainFrame, subscriptions }: PageDoor, log: Log): void {
  const listen = <Message>(channel: string, schema: z.ZodType<Message>, receive: (message: Message) => void) => {
    ipcMain.on(channel, (event, ...message: unknown[]) => {
      const parsed = schema.safeParse(message);
      if (isTrusted(event.senderFrame, mainFrame()) && parsed.success) receive(parsed.data);
      else log.warn('a message that the window does not send was refused', { channel });
    });
  };
  listen(SUBSCRIBE_CHANNEL, subscribeMessage, ([id, topics]) => subscriptions()?.subscribe(id, topics));
  listen(UNSUBSCRIBE_CHANNEL, unsubscribeMessage, ([id]) => subscriptions()?.unsubscribe(id));
}

const subscriptionId = z.int().min(1);
const subscribeMessage = z.tuple([subscriptionId, z.array(z.enum(Object.keys(TOPICS) as Topic[]))]);
const unsubscribeMessage = z.tuple([subscriptionId]);

/** The frame is null once it has gone away or has moved to another site. */
function isTrusted(sender: WebFrameMain | null, mainFrame: WebFrameMain | undefined): boolean {
  return sender !== null && sender === mainFrame && isPageUrl(sender.url);
}
