/** Why a request's account cannot answer it, in words that say what the owner can do. */

import type { ClaudeProblem } from '../installation/problems';
import { refusedSignIn, signedOut } from '../installation/problems';
import { isAdded } from './addedAccounts';

/** The account that a request must be answered with is not there or not signed in. No other account answers in its place. */
export class AccountUnavailableError extends Error {
  override readonly name = 'AccountUnavailableError';

  constructor(
    readonly reason: 'removed' | 'signed_out' | 'no_default',
    message: string,
  ) {
    super(message);
  }
}

export function removedAccount(): AccountUnavailableError {
  return new AccountUnavailableError(
    'removed',
    'The account of this API key was removed from Claudacity. Choose another account for the key in Claudacity, in the settings under Accounts.',
  );
}

export function noDefaultAccount(): AccountUnavailableError {
  return new AccountUnavailableError('no_default', NO_DEFAULT);
}

/** For the window, too. */
export const NO_DEFAULT =
  'Claudacity’s list of accounts could not be read, so it does not know which account is the default one. Choose it in Claudacity, in the settings under Accounts.';

export function signedOutAccount(name: string): AccountUnavailableError {
  const { message, remedy } = signInProblem('signed_out', 'added', name);
  return new AccountUnavailableError('signed_out', `${message} ${remedy}`);
}

/** @param id of the account. @param authMethod as `claude auth status` reports it. */
export function signInProblem(
  code: 'signed_out' | 'authentication',
  id: string,
  name: string,
  authMethod?: string,
): ClaudeProblem {
  if (!isAdded(id)) return code === 'signed_out' ? signedOut() : refusedSignIn(authMethod);
  const remedy = 'Sign in to it in Claudacity, in the settings under Accounts.';
  return code === 'signed_out'
    ? { code, message: `The account “${name}” is not signed in.`, remedy }
    : { code, message: `The API refuses the sign-in of the account “${name}”.`, remedy };
}
