/** The port through which tray and window start the app at login, whatever the system's mechanism. */

export interface LoginItem {
  /** False where a program may not set this itself: snap, flatpak and unknown systems. */
  readonly supported: boolean;
  /** True only if the system will start the app: false for an entry that the user has switched off in the system's settings. */
  isEnabled(): Promise<boolean>;
  enable(): Promise<void>;
  disable(): Promise<void>;
}
