/** The pages of the window, in the order of the rail. A page is a folder of its own and a line in this list. */
import { type PageLoader, withData } from './state/pageData';
import type { IconName } from './ui/Icon';

export interface Page {
  id: string;
  title: string;
  /** A name of ui/Icon.tsx, or path data on a grid of 16. */
  icon: IconName | `M${string}`;
  /** The key that opens the page together with Ctrl, on a Mac with Cmd. */
  shortcut: string;
  /** A second one, which the platform's users know. */
  alternativeShortcut?: string;
  /** Loads the page's module, which the bundler puts into a file of its own, and what `withData` reads for it. */
  load: PageLoader;
}

/** The number of each page's shortcut is its place in the complete rail: Home, Requests, Conversations, Usage, Connect, Settings. */
export const PAGES: readonly [Page, ...Page[]] = [
  {
    id: 'home',
    title: 'Home',
    icon: 'M2.5 7.5 8 2.8 13.5 7.5 M4 6.5V13.2H12V6.5 M6.7 13V9.5H9.3V13',
    shortcut: '1',
    load: () => import('./home/HomePage'),
  },
  { id: 'requests', title: 'Requests', icon: 'list', shortcut: '2', load: () => import('./requests/RequestsPage') },
  {
    id: 'history',
    title: 'Conversations',
    icon: 'history',
    shortcut: '3',
    load: () => import('./history/HistoryPage'),
  },
  {
    id: 'usage',
    title: 'Usage',
    icon: 'M2.5 13.5H13.5 M4 11V8 M7 11V4.5 M10 11V6.5 M13 11V2.8',
    shortcut: '4',
    load: () => import('./usage/UsagePage'),
  },
  {
    id: 'connect',
    title: 'Connect',
    icon: 'M6 2.5V5.5 M10 2.5V5.5 M4 5.5H12V7.5A4 4 0 0 1 4 7.5Z M8 11.5V14',
    shortcut: '5',
    load: withData(
      () => import('./connect/ConnectPage'),
      (call) => call('connect.guides'),
    ),
  },
  {
    id: 'settings',
    title: 'Settings',
    icon: 'settings',
    shortcut: '6',
    alternativeShortcut: ',',
    load: withData(
      () => import('./settings/SettingsPage'),
      (call) => call('settings.table'),
    ),
  },
];
