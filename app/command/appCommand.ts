/** A command that talks to the running app. */
import type { ControlClient } from '../control/client';

/** @throws UsageError. Other errors have a message for the user. */
export type AppCommand = (app: ControlClient, args: readonly string[], terminal: Terminal) => Promise<void>;

export interface Terminal {
  /** To stdout. */
  print(line: string): void;
  /** To stderr: what a program that reads the output must not receive. */
  note(line: string): void;
}

/** Arguments that the command does not know. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
