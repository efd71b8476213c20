/** `claudacity config`: reads and changes settings, from the same table as the window. */
import { Argument } from 'commander';
import type { ControlClient } from '../../control/client';
import type { AppSettings, PinnedSettings, RunSettings } from '../../shared/contract';
import { type SettingData, settingText } from '../../shared/settingKinds';
import {
  SETTINGS,
  type Setting,
  SHOWN_SETTING_NAMES,
  type ShownSettingName,
  type ShownSettings,
} from '../../shared/settings';
import { completeSecondArgument } from '../completion/completionTree';
import { jsonDocument, oneLine, table } from '../format';
import type { SettingOutput } from '../output';
import { type AddCommand, CommandError, EXIT_CODES, JSON_OPTION, withAppOrFiles } from '../runtime';

export const addConfig: AddCommand = (program, runtime) => {
  const { print, note, confirm } = runtime.terminal;
  const config = program.command('config').description('read and change settings');
  const name = () => new Argument('<NAME>', 'the name of a setting, as listed').choices(SHOWN_SETTING_NAMES);

  config
    .command('list', { isDefault: true })
    .description('list all settings with their values')
    .option(...JSON_OPTION)
    .action(async ({ json }: { json?: true }) => {
      const values = await withAppOrFiles(runtime, readSettings);
      const outputs = SHOWN_SETTING_NAMES.map((one) => settingOutput(one, values));
      if (json) return print(jsonDocument(outputs));
      const rows = outputs.map(({ name: one, value, origin, description }) => [
        one,
        oneLine(settingText(value), 40) || '–',
        origin === 'default' ? '' : origin,
        description.replaceAll('`', ''),
      ]);
      for (const line of table([['NAME', 'VALUE', 'FROM', 'WHAT IT DOES'], ...rows])) print(line);
    });

  config
    .command('get')
    .description('print the value of a setting')
    .addArgument(name())
    .option(...JSON_OPTION)
    .action(async (one: ShownSettingName, { json }: { json?: true }) => {
      const output = settingOutput(one, await withAppOrFiles(runtime, readSettings));
      print(json ? jsonDocument(output) : settingText(output.value));
    });

  const set = config
    .command('set')
    .description('change a setting, now and for later starts')
    .addArgument(name())
    .argument('<VALUE>', 'on or off, a number, a text, or texts by commas; "" for none')
    .option('-y, --yes', 'do not ask before something is deleted')
    .option(...JSON_OPTION)
    .action(async (one: ShownSettingName, text: string, { yes, json }: { yes?: true; json?: true }) => {
      const output = await withAppOrFiles(runtime, async (app) => {
        const parsed = await app.call('settings.parse', one, text);
        if ('fault' in parsed) throw new CommandError(`${one}: ${parsed.fault}`, EXIT_CODES.wrongArguments);
        const before = await readSettings(app);
        const warning = warningOf(before.table[one], before.settings[one], parsed.value);
        if (warning !== undefined && !yes && !(await confirm(`${warning} Change it?`)))
          throw new CommandError(`${warning} Add --yes to change it all the same.`);
        await app.call('settings.change', { [one]: parsed.value });
        return settingOutput(one, await readSettings(app));
      });
      if (json) return print(jsonDocument(output));
      note(
        `${one} is ${settingText(output.value) || 'empty'}${output.applies === 'at once' ? '' : ' from the next start on'}.`,
      );
      if (output.origin !== 'settings' && output.origin !== 'default')
        note(`${output.origin === 'this run' ? 'It was changed for this run' : `It is set by ${output.origin}`}.`);
    });
  completeSecondArgument(set, settingChoices());
};

/** The values that can be listed, by setting, for the completions. */
function settingChoices(): Record<string, readonly string[]> {
  const entries = SHOWN_SETTING_NAMES.flatMap((name): [string, readonly string[]][] => {
    const setting: Setting = SETTINGS[name];
    if (setting.kind === 'toggle') return [[name, ['on', 'off']]];
    return setting.kind === 'choice' ? [[name, Object.keys(setting.choices)]] : [];
  });
  return Object.fromEntries(entries);
}

interface ReadSettings {
  readonly settings: AppSettings;
  readonly pinned: PinnedSettings;
  readonly runSettings: RunSettings;
  readonly table: ShownSettings;
}

async function readSettings(app: Pick<ControlClient, 'call' | 'read'>): Promise<ReadSettings> {
  const [values, shown] = await Promise.all([
    app.read('settings', 'pinned', 'runSettings'),
    app.call('settings.table'),
  ]);
  return { ...values, table: shown };
}

function settingOutput(
  name: ShownSettingName,
  { settings, pinned, runSettings, table: shown }: ReadSettings,
): SettingOutput {
  const { label, description, applies, default: usual } = shown[name];
  const isDefault = settingText(settings[name]) === settingText(usual);
  const isForRun = runSettings.changed.includes(name);
  const origin = isForRun ? 'this run' : (pinned[name] ?? (isDefault ? 'default' : 'settings'));
  return { name, value: settings[name], default: usual, origin, label, description, applies };
}

/** What the change would delete. */
function warningOf({ warning }: SettingData, before: unknown, after: unknown): string | undefined {
  if (!warning) return undefined;
  const isTurnedOff = warning.on === 'turnedOff' && before === true && after === false;
  const isLowered = warning.on === 'lowered' && Number(after) < Number(before);
  return isTurnedOff || isLowered ? `${warning.question} ${warning.text}` : undefined;
}
