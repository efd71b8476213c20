/** Configuration files of other programs, which the app can write: what the window and the command see of them. Units as in contract.ts. */

/** The programs whose file can be written; the ids are those of their guides. */
export const CONFIG_PROGRAMS = ['claude-code', 'codex', 'continue', 'opencode', 'aider'] as const;
export type ConfigProgram = (typeof CONFIG_PROGRAMS)[number];

/** Whether the id of a guide is that of a program whose file can be written. */
export function isConfigProgram(id: string): id is ConfigProgram {
  return (CONFIG_PROGRAMS as readonly string[]).includes(id);
}

/** The file of a program, and what was written into it. */
export interface ConfigFileState {
  program: ConfigProgram;
  /** The file's path, with `~` for the home folder. */
  file: string;
  exists: boolean;
  /** The latest write that was not undone; null where there is none. */
  written: ConfigWrite | null;
}

export interface ConfigWrite {
  at: number;
  /** The name of the copy beside the file; null where there was no file. */
  backup: string | null;
  /** Whether the file is still as it was written, so that the write can be undone. */
  canUndo: boolean;
}

/** What a write would change. */
export interface ConfigPreview {
  program: ConfigProgram;
  /** As in `ConfigFileState`. */
  file: string;
  exists: boolean;
  /** A unified diff; empty where the file says all of this already. */
  diff: string;
  /** Identifies the change: a write with it does exactly this or is refused. */
  token: string;
}

/** An address of this computer in its networks. */
export interface LanAddress {
  /** `192.168.1.10` */
  address: string;
  /** The interface's name: `eth0`. */
  network: string;
}

/** What the page “Connect” needs to know besides the topics. */
export interface ConnectOptions {
  /** IPv4 addresses by which other computers may reach this one, the likeliest first. */
  addresses: LanAddress[];
  /** The models that can be named; empty where the CLI has not listed any yet. */
  models: { id: string; title: string }[];
  files: ConfigFileState[];
}
