/** The IPC channels between the preload and the main process. The preload loads this file, so it imports nothing. */

/** Invoked with a call's name and arguments; answers with a `CallReply`. */
export const CALL_CHANNEL = 'claudacity:call';
/** Page to app: the number that the page has given the subscription, and its topics. */
export const SUBSCRIBE_CHANNEL = 'claudacity:subscribe';
/** Page to app: the subscription's number. */
export const UNSUBSCRIBE_CHANNEL = 'claudacity:unsubscribe';
/** App to page: the subscription's number, and a `TopicUpdate`. */
export const UPDATE_CHANNEL = 'claudacity:update';

/** The answer to a call: Electron would put words of its own around the message of a thrown error. */
export type CallReply<T> = { ok: true; value: T } | { ok: false; message: string };
