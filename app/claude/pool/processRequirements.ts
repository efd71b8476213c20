import type { ResumedSession } from '../process/arguments';
import type { ProcessSetup } from '../process/claudeProcess';

/** The properties of a process that a request needs. */
export interface ProcessRequirements {
  /** The system prompt; '' for none. */
  readonly system: string;
  readonly setup?: ProcessSetup | undefined;
  /** A name that `set_model` accepts; undefined for the CLI's default. */
  readonly model: string | undefined;
  /** A session file with whose history the process must be started. No spare process can be used then. */
  readonly sessionFile?: string | undefined;
}

/** The session with which the process must be started, if there is one. */
export function sessionOf({ sessionFile, model }: ProcessRequirements): ResumedSession | undefined {
  return sessionFile === undefined ? undefined : { file: sessionFile, model };
}

/** Equal for requests that can share a process: all that `initialize` sets, but not the model. */
export function setupKey({ system, setup }: ProcessRequirements): string {
  return JSON.stringify([system, setup?.tools ?? [], setup?.schema ?? null]);
}
