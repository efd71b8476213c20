/**
 * The page's entry: connects the store to the app through the bridge that the preload has put on the window, and mounts the page.
 */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import type { Bridge } from '../app/shared/contract';
import { App } from './shell/App';
import { createAppStore } from './state/appStore';
import { createCommands } from './state/commands';
import { createNotices } from './state/notices';
import { createStoredConversations } from './state/storedConversations';
import './main.css';

declare global {
  interface Window {
    readonly claudacity: Bridge;
  }
}

const root = document.getElementById('root');
if (root) {
  const store = createAppStore(window.claudacity);
  const notices = createNotices();
  const storedConversations = createStoredConversations(window.claudacity);
  const commands = createCommands(window.claudacity, store, notices, storedConversations);
  void store.connect();
  createRoot(root).render(
    <StrictMode>
      <App page={{ store, notices, commands, storedConversations }} />
    </StrictMode>,
  );
}
