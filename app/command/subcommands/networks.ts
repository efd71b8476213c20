/** `claudacity networks`: who reaches the server without a key, and who was refused. */
import type { Knock } from '../../shared/contract';
import { dateTime, jsonDocument, oneLine, table } from '../format';
import type { NetworksOutput } from '../output';
import { type AddCommand, CommandError, EXIT_CODES, JSON_OPTION, withApp, withAppOrFiles } from '../runtime';

export const addNetworks: AddCommand = (program, runtime) => {
  const { terminal } = runtime;
  const { print, note } = terminal;
  const networks = program.command('networks').description('show and change which networks need no API key');

  networks
    .command('list', { isDefault: true })
    .description('list the networks that need no key, this computer’s addresses, and who was refused')
    .option(...JSON_OPTION)
    .action(async ({ json }: { json?: true }) => {
      const output = await withApp(runtime, async (app): Promise<NetworksOutput> => {
        const [{ server, settings, runSettings, knocks }, { addresses }] = await Promise.all([
          app.read('server', 'settings', 'runSettings', 'knocks'),
          app.call('connect.options'),
        ]);
        return {
          listensOn: server.host,
          port: server.port,
          addresses,
          keyless: [...settings.keylessRanges, ...(runSettings.added.keylessRanges ?? [])],
          trustContainers: settings.trustContainers,
          trustOwnAddresses: settings.trustOwnAddresses,
          refused: knocks,
        };
      });
      if (json) return print(jsonDocument(output));
      print(`Listens on  ${output.listensOn}, port ${output.port}`);
      for (const { address, network } of output.addresses) print(`Address     ${address} (${oneLine(network)})`);
      print(`Without key ${['this computer', ...keylessTexts(output)].join(', ')}`);
      if (output.refused.length === 0) return;
      print('');
      for (const line of table([['REFUSED', 'PROGRAM', 'WHY', 'TIMES', 'LAST'], ...output.refused.map(knockRow)]))
        print(line);
    });

  const change = async (text: (ranges: readonly string[]) => string[], json: true | undefined, done: string) => {
    const keyless = await withAppOrFiles(runtime, async (app) => {
      const { settings } = await app.read('settings');
      const ranges = text(settings.keylessRanges);
      const parsed = await app.call('settings.parse', 'keylessRanges', ranges.join(','));
      if ('fault' in parsed) throw new CommandError(parsed.fault, EXIT_CODES.wrongArguments);
      return (await app.call('settings.change', { keylessRanges: ranges })).keylessRanges;
    });
    if (json) print(jsonDocument({ keyless }));
    else note(done);
  };

  networks
    .command('allow')
    .description('let every computer of a network in without a key')
    .argument('<RANGE>', 'an address or a range: 192.168.1.0/24')
    .option(...JSON_OPTION)
    .action((range: string, { json }: { json?: true }) =>
      change((ranges) => [...new Set([...ranges, range])], json, `${range} needs no key any more.`),
    );

  networks
    .command('refuse')
    .description('demand a key of a network again')
    .argument('<RANGE>', 'as listed')
    .option(...JSON_OPTION)
    .action((range: string, { json }: { json?: true }) =>
      change(
        (ranges) => {
          if (!ranges.includes(range)) throw new CommandError(`${range} is not one of the networks without a key.`);
          return ranges.filter((one) => one !== range);
        },
        json,
        `${range} needs a key again.`,
      ),
    );
};

function keylessTexts({ trustContainers, trustOwnAddresses, keyless }: NetworksOutput): string[] {
  return [
    ...(trustOwnAddresses ? ['its own addresses'] : []),
    ...(trustContainers ? ['containers on it'] : []),
    ...keyless,
  ];
}

const REASONS: Readonly<Record<Knock['reason'], string>> = {
  noKey: 'no key',
  refusedKey: 'wrong key',
  host: 'host name',
  origin: 'web page',
};

function knockRow({ address, client, reason, value, count, lastAt }: Knock): string[] {
  const why = value === '' ? REASONS[reason] : `${REASONS[reason]} ${oneLine(value, 30)}`;
  return [address, oneLine(client, 24), why, String(count), dateTime(lastAt)];
}
