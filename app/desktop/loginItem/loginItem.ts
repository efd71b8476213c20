/** Starting at login as the tray and the window see it: whether it is there and whether it is on, whatever the system calls it. */

export interface LoginItem {
  /** False where a program may not set this itself (snap, flatpak, systems we do not know). */
  readonly supported: boolean;
  /** True only if the system will really start the app: an entry that the user has switched off elsewhere is not enabled. */
  isEnabled(): Promise<boolean>;
  enable(): Promise<void>;
  disable(): Promise<void>;
}
