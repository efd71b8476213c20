/** `claudacity accounts`: the sign-ins that requests can be answered with. */
import type { CliAccount } from '../../shared/cli/accounts';
import { jsonDocument, oneLine, table } from '../format';
import { type AddCommand, JSON_OPTION, withApp } from '../runtime';

export const addAccounts: AddCommand = (program, runtime) => {
  program
    .command('accounts')
    .description('list the accounts that answer requests')
    .addHelpText(
      'after',
      '\nAccounts are added, signed in and removed in the window, under Settings › Accounts. `claudacity keys add --account` gives a key one.',
    )
    .option(...JSON_OPTION)
    .action(async ({ json }: { json?: true }) => {
      const { print, note } = runtime.terminal;
      const { accounts } = await withApp(runtime, (app) => app.read('accounts'));
      if (json) return print(jsonDocument(accounts));
      if (accounts.problem !== null) note(accounts.problem);
      for (const line of table([['ID', 'NAME', 'STATE', 'WHO PAYS', 'USED'], ...accounts.accounts.map(accountRow)]))
        print(line);
    });
};

function accountRow({ id, name, isDefault, phase, payer, isExhausted, planWindows }: CliAccount): string[] {
  const state = { checking: 'checking', signed_in: 'signed in', signed_out: 'signed out' }[phase];
  const used = planWindows.flatMap(({ title, used: share }) =>
    share === null ? [] : [`${title} ${Math.round(share * 100)} %`],
  );
  return [
    id,
    oneLine(name) + (isDefault ? ' (default)' : ''),
    isExhausted ? 'plan used up' : state,
    oneLine(payer ?? ''),
    used.join(', '),
  ];
}
