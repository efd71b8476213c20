/** The port through which tray, window and command start the app at login, whatever the system's mechanism. */
import type { LaunchCommand } from '../serviceTypes';

/** What the system says of the entry at this moment. */
export interface LoginItemReading {
  /** There is an entry, switched on or off. */
  readonly installed: boolean;
  /** The system will start the app: false for an entry that the user has switched off in the system's settings. */
  readonly enabled: boolean;
  /** macOS: the entry exists, and the user has to allow it in the system's settings. */
  readonly needsApproval: boolean;
  /** The file or registry value; null where the system keeps it to itself. */
  readonly entry: string | null;
  /** What the entry starts; null where there is none or it cannot be read. */
  readonly command: LaunchCommand | null;
}

export const NO_LOGIN_ITEM: LoginItemReading = {
  installed: false,
  enabled: false,
  needsApproval: false,
  entry: null,
  command: null,
};

/** A system's mechanism. */
export interface LoginItemEntry {
  /** Reads the system anew. Rejects where that fails. */
  read(): Promise<LoginItemReading>;
  /** Writes the entry, and clears what switched off an earlier one. Rejects with a message for the user. */
  enable(): Promise<void>;
  /** Does nothing where there is no entry. Rejects with a message for the user. */
  disable(): Promise<void>;
  /** Calls the listener when the entry may have changed, where the system tells. @returns what ends that */
  watch?(listener: () => void): () => void;
}

export interface LoginItem extends LoginItemEntry {
  /** False where a program may not set this itself: snap, flatpak and unknown systems. */
  readonly supported: boolean;
  /**
   * Rewrites an entry whose program is gone, as after the app was moved or an AppImage was replaced by one of another name. An entry of another
   * installation that is still there stays, and so does one that the user has switched off. @returns whether it was rewritten
   */
  mend(): Promise<boolean>;
}
