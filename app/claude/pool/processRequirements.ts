import { MAIN_ACCOUNT } from '../../shared/cli/accounts';
import type { SessionFile } from '../history/sessionFile';
import type { ResumedSession } from '../process/arguments';
import type { ConversationStart } from '../process/claudeProcess';

/** The properties of a process that a request needs. */
export interface ProcessRequirements extends ConversationStart {
  /** The API key's id, '' for this computer without one. No process ever holds anything of two owners. */
  readonly owner: string;
  /** The id of the account that pays. A process has one for its life. Default: `MAIN_ACCOUNT`. */
  readonly account?: string | undefined;
  /** Whether the app has served the conversation before, so that the API may have its history in the prompt cache. Default false. */
  readonly isContinued?: boolean | undefined;
  /** A session file with whose history the process must be started. No spare process can be used then. */
  readonly sessionFile?: SessionFile | undefined;
}

/** The session with which the process must be started, if there is one. */
export function sessionOf({ sessionFile, model }: ProcessRequirements): ResumedSession | undefined {
  return sessionFile && { ...sessionFile, model };
}

export function accountOf({ account = MAIN_ACCOUNT }: ProcessRequirements): string {
  return account;
}

/** Equal for requests that can share a process as it is: its account, and all that `initialize` sets, but not the model. */
export function setupKey(requirements: ProcessRequirements): string {
  const { system, setup } = requirements;
  return JSON.stringify([accountOf(requirements), system, setup?.tools ?? [], setup?.schema ?? null]);
}

/**
 * Equal for requests for which the same process can be prepared, one after another: the CLI takes a schema only with `initialize`, and
 * cannot go back to no system prompt.
 */
export function kindKey(requirements: ProcessRequirements): string {
  const { system, setup } = requirements;
  return JSON.stringify([accountOf(requirements), system === '', setup?.schema ?? null]);
}
