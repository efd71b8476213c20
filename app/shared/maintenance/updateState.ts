/** What is known of a later version of the app, for the window, the tray and the command. Units as in `contract.ts`. */

/**
 * `off`: this installation is not updated by the app; `message` says by what. `idle`: no later version is known. `waiting`: the installation
 * begins once no answer is running.
 */
export type UpdatePhase =
  | 'off'
  | 'idle'
  | 'checking'
  | 'available'
  | 'downloading'
  | 'ready'
  | 'waiting'
  | 'installing';

export interface UpdateState {
  phase: UpdatePhase;
  /** The later version, where one is known. */
  version: string | null;
  /** Whether that version is installed already, by the system's package manager: a restart is all that is left. */
  installed: boolean;
  /** From 0 to 1 while it is downloaded. */
  progress: number | null;
  /** When the address for updates has last answered. */
  checkedAt: number | null;
  /** Answers that the installation waits for. */
  answering: number;
  /** Sentences for the user: why updates are off, or why the latest step failed; null where there is nothing to say. */
  message: string | null;
}
