/** `claudacity keys`: lists, makes and revokes API keys. */
import { Option } from 'commander';
import { KEY_SCOPES, type KeyScope } from '../../shared/access/keyScopes';
import type { ApiKey, NewKey } from '../../shared/access/keys';
import { jsonDocument, oneLine, table } from '../format';
import { notEmpty, positive } from '../parse';
import { type AddCommand, CommandError, JSON_OPTION, withAppOrFiles } from '../runtime';

export const addKeys: AddCommand = (program, runtime) => {
  const { terminal } = runtime;
  const { print, note, paint } = terminal;
  const keys = program.command('keys').description('list, make and revoke API keys');

  keys
    .command('list', { isDefault: true })
    .description('list the API keys')
    .option(...JSON_OPTION)
    .action(async ({ json }: { json?: true }) => {
      const state = await withAppOrFiles(runtime, (app) => app.call('keys.list'));
      if (json) return print(jsonDocument(state));
      if (state.problem !== null) note(state.problem);
      if (state.keys.length === 0) return state.problem === null ? note('There are no API keys.') : undefined;
      for (const line of table([['ID', 'NAME', 'STARTS WITH', 'SCOPES', 'STATE'], ...state.keys.map(keyRow)]))
        print(line);
    });

  keys
    .command('add')
    .description('make an API key and print it: the only time that it is shown')
    .argument('<NAME>', 'what to call it', notEmpty)
    .addOption(new Option('--scope <SCOPE...>', 'what it reaches (default: inference)').choices(KEY_SCOPES))
    .option('--model <MODEL...>', 'the models that it may use (default: all)')
    .option('--account <ID>', 'the account that answers its requests (see `claudacity accounts`)')
    .option('--days <N>', 'the days until it expires (default: never)', positive)
    .option('--requests-per-minute <N>', 'the most requests a minute', positive)
    .option('--tokens-per-day <N>', 'the most tokens a day', positive)
    .option('--usd-per-day <USD>', 'the most US dollars a day, at list prices', positive)
    .option('--in-url', 'allow it as a part of the address, for programs that have no field for a key')
    .option(...JSON_OPTION)
    .action(async (name: string, options: AddOptions) => {
      const created = await withAppOrFiles(runtime, (app) => app.call('keys.create', newKey(name, options)));
      if (options.json) return print(jsonDocument(created));
      print(created.secret);
      note('This is the only time that the key is shown.');
    });

  keys
    .command('revoke')
    .description('revoke an API key for good')
    .argument('<ID>', 'its id, or its name where no other key has it')
    .option(...JSON_OPTION)
    .action(async (key: string, { json }: { json?: true }) => {
      const revoked = await withAppOrFiles(runtime, async (app) => {
        const { keys: all } = await app.call('keys.list');
        return app.call('keys.revoke', idOf(key, all));
      });
      if (json) print(jsonDocument(revoked));
      else note(`The key “${paint.bold(revoked.name)}” is revoked.`);
    });
};

interface AddOptions {
  scope?: KeyScope[];
  model?: string[];
  account?: string;
  days?: number;
  requestsPerMinute?: number;
  tokensPerDay?: number;
  usdPerDay?: number;
  inUrl?: true;
  json?: true;
}

const DAY_MS = 24 * 60 * 60_000;

function newKey(name: string, options: AddOptions): NewKey {
  const { scope, model, account, days, requestsPerMinute, tokensPerDay, usdPerDay, inUrl } = options;
  return {
    name,
    ...(scope && { scopes: scope }),
    ...(model && { models: model }),
    ...(account !== undefined && { accountId: account }),
    ...(days !== undefined && { expiresAt: Date.now() + days * DAY_MS }),
    ...(requestsPerMinute !== undefined && { requestsPerMinute }),
    ...(tokensPerDay !== undefined && { tokensPerDay }),
    ...(usdPerDay !== undefined && { usdPerDay }),
    ...(inUrl && { inUrl }),
  };
}

/** @throws CommandError */
function idOf(text: string, keys: readonly ApiKey[]): string {
  const byId = keys.find(({ id }) => id === text);
  if (byId) return byId.id;
  const [named, other] = keys.filter(({ name, revokedAt }) => name === text && revokedAt === null);
  if (!named || other) throw new CommandError(`There is no API key “${text}”. \`claudacity keys list\` has their ids.`);
  return named.id;
}

function keyRow({ id, name, prefix, scopes, revokedAt, expiresAt }: ApiKey): string[] {
  const isExpired = expiresAt !== null && expiresAt <= Date.now();
  const state = revokedAt !== null ? 'revoked' : isExpired ? 'expired' : 'valid';
  return [id, oneLine(name), prefix, scopes.join(','), state];
}
