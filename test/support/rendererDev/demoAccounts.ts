/** Accounts for the page's demo and its tests. */
import { type CliAccount, MAIN_ACCOUNT, MAIN_ACCOUNT_NAME } from '../../../app/shared/cli/accounts';

/** The main account, signed in and the default one, with some changes. */
export function cliAccount(changes: Partial<CliAccount> = {}): CliAccount {
  return {
    ...{ id: MAIN_ACCOUNT, name: MAIN_ACCOUNT_NAME, isDefault: true, phase: 'signed_in' },
    ...{ payer: 'Claude Max, ana@example.org', payerLabel: 'Claude Max', billing: 'plan' },
    ...{ isExhausted: false, planWindows: [] },
    ...changes,
  };
}

/** A second account that is signed in, and a third whose sign-in is under way. @param now ms since the epoch */
export function demoAccounts(now: number): CliAccount[] {
  const work = { id: 'work', name: 'Work', isDefault: false, payer: 'Claude Team, ana@work.example' } as const;
  const planWindows = [
    { name: 'five_hour', title: '5-hour limit', used: 0.12, resetsAt: now + 3 * 3_600_000, reportedAt: now },
  ];
  const nobody = { phase: 'signed_out', payer: null, payerLabel: null, billing: null, isDefault: false } as const;
  const url = 'https://claude.ai/oauth/authorize?code=true&client_id=demo&response_type=code';
  return [
    cliAccount(),
    cliAccount({ ...work, payerLabel: 'Claude Team', planWindows }),
    cliAccount({ ...nobody, id: 'club', name: 'Chess club', signIn: { url, startedAt: now } }),
  ];
}
