/** What only an app with a window has: its login item, and the desktop around it. */

export interface LoginItemState {
  supported: boolean;
  enabled: boolean;
  /** macOS: the user has to allow it in the system's settings first. */
  needsApproval?: boolean;
}

/** A page that the window is to open, because the user has clicked on something in the tray or on a notification. */
export interface PageRequest {
  /** The id of a page of renderer/pages.ts. */
  page: string;
  /** What the page is to show, as in the navigation of the window; null for nothing of its own. */
  target: string | null;
}

/** What the desktop around the window is like. */
export interface DesktopState {
  /** Whether the system shows tray icons; true where it does not tell. */
  showsTray: boolean;
  /** null once the window has opened the page. */
  pageRequest: PageRequest | null;
}
