/** The accounts that requests can be answered with: sign-ins of the CLI, each in a folder of its own. Units as in contract.ts. */
import type { Billing } from './payer';
import type { PlanWindow } from './planWindows';

/** The id of the account that the CLI itself is signed in to on this computer, which cannot be removed. */
export const MAIN_ACCOUNT = 'main';

/** What it is called until the owner names it. */
export const MAIN_ACCOUNT_NAME = 'This computer’s sign-in';

export interface CliAccount {
  /** `MAIN_ACCOUNT`, or that of an added account. */
  id: string;
  /** The owner's name for it, which no other account has. */
  name: string;
  /** Whether requests whose key names no account use it. */
  isDefault: boolean;
  /** `checking`: not known yet. */
  phase: 'checking' | 'signed_in' | 'signed_out';
  /** Who pays, in words, with the account's address; null where nobody is signed in. */
  payer: string | null;
  /** The same without the address. */
  payerLabel: string | null;
  billing: Billing | null;
  /** Whether a limit of its plan is used up. */
  isExhausted: boolean;
  /** As `PlanWindow`s are listed for the account that pays by default. */
  planWindows: readonly PlanWindow[];
  /** Present while a sign-in is under way. */
  signIn?: {
    /** null until it is known. */
    url: string | null;
    startedAt: number;
  };
}

export interface AccountsState {
  /** The main one first, then the added ones in the order in which they were added. */
  accounts: CliAccount[];
  /** Why no account is the default one, as a sentence; null where one is. */
  problem: string | null;
}
