/** Entry point of the window's document: connects the stores to the app through the preload's bridge and mounts the window. */
// First: the styles of the pages build on these.
import './main.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import type { Bridge } from '../app/shared/contract';
import { PAGES } from './pages';
import { App } from './shell/App';
import { createAppStore } from './state/appStore';
import { createCommands } from './state/commands';
import { createNavigation } from './state/navigation';
import { createNotices } from './state/notices';
import { createStoredConversations } from './state/storedConversations';

declare global {
  interface Window {
    readonly claudacity: Bridge;
  }
}

const root = document.getElementById('root');
if (root) {
  const bridge = window.claudacity;
  const appStore = createAppStore(bridge);
  const notices = createNotices();
  const storedConversations = createStoredConversations(bridge);
  const commands = createCommands(bridge, appStore, notices, storedConversations);
  const navigation = createNavigation(PAGES[0].id);
  // Until then, the document shows the empty frame of the window.
  void appStore.connect().then(() =>
    createRoot(root).render(
      <StrictMode>
        <App services={{ appStore, notices, commands, storedConversations, navigation, pageStores: new Map() }} />
      </StrictMode>,
    ),
  );
}
