/** The only thing of the app that the page can touch: the contract's calls, by name, and its updates. */
import { contextBridge, ipcRenderer } from 'electron';
import { type AppUpdate, type Bridge, type Calls, type Channel, UPDATE_CHANNEL } from '../../shared/contract';
import { isChannel, type Reply } from './channels';

const bridge: Bridge = {
  async call<C extends Channel>(channel: C, ...args: Calls[C]['args']) {
    if (!isChannel(channel)) throw new Error('There is no such call.');
    const reply: Reply<Calls[C]['result']> = await ipcRenderer.invoke(channel, ...args);
    if (!reply.ok) throw new Error(reply.message);
    return reply.value;
  },
  onUpdate(listener) {
    const pass = (_event: unknown, update: AppUpdate) => listener(update);
    ipcRenderer.on(UPDATE_CHANNEL, pass);
    return () => {
      ipcRenderer.off(UPDATE_CHANNEL, pass);
    };
  },
};

contextBridge.exposeInMainWorld('claudacity', bridge);
