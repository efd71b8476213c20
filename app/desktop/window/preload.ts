/** The only thing of the app that the page can touch. It passes names and arguments on; the main process checks them. */
import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron';
import type { Bridge, CallArguments, CallName, CallResult, Topic, TopicUpdate } from '../../shared/contract';
import { CALL_CHANNEL, type CallReply, SUBSCRIBE_CHANNEL, UNSUBSCRIBE_CHANNEL, UPDATE_CHANNEL } from './channels';

let lastSubscription = 0;

const bridge: Bridge = {
  async call<N extends CallName>(name: N, ...args: CallArguments<N>) {
    const reply: CallReply<CallResult<N>> = await ipcRenderer.invoke(CALL_CHANNEL, name, ...args);
    if (!reply.ok) throw new Error(reply.message);
    return reply.value;
  },
  subscribe<T extends Topic>(topics: readonly T[], listener: (update: TopicUpdate<T>) => void) {
    const subscription = ++lastSubscription;
    const receive = (_event: IpcRendererEvent, target: number, update: TopicUpdate<T>) => {
      if (target === subscription) listener(update);
    };
    ipcRenderer.on(UPDATE_CHANNEL, receive);
    ipcRenderer.send(SUBSCRIBE_CHANNEL, subscription, topics);
    return () => {
      ipcRenderer.off(UPDATE_CHANNEL, receive);
      ipcRenderer.send(UNSUBSCRIBE_CHANNEL, subscription);
    };
  },
};

contextBridge.exposeInMainWorld('claudacity', bridge);
