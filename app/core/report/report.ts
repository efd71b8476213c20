/** The text that a user copies into a bug report. It is made to be public: whatever names somebody or leads to somebody is masked. */
import { arch, homedir, hostname, release, userInfo } from 'node:os';
import { waitAtMost } from '../../claude/waitAtMost';
import type { Settings } from '../../settings/settings';
import { appStatus } from '../../shared/appStatus';
import { MAIN_ACCOUNT_NAME } from '../../shared/cli/accounts';
import type { AccountsState, CliState, KeysState, ServerState, StorageState } from '../../shared/contract';
import { problemsOf } from '../../shared/problems';
import { settingText } from '../../shared/settingKinds';
import { SETTING_NAMES, SETTINGS, type Setting, type SettingName } from '../../shared/settings';
import { installationKind } from './installationKind';
import { lastFaults } from './logTail';
import { maskPrivate, type PrivateWords } from './maskPrivate';

export interface ReportSources {
  readonly dataDir: string;
  readonly version: string;
  readonly settings: Pick<Settings, 'value' | 'pinned' | 'changedForRun'>;
  readonly server: ServerState;
  readonly cli: CliState;
  readonly storage: StorageState;
  readonly keys: KeysState;
  readonly accounts: AccountsState;
}

/** Entries of the log in a report. */
const FAULTS = 20;
/** A disk that hangs must not keep the rest back. */
const LOG_LIMIT_MS = 3_000;

/** Markdown. Never rejects. */
export async function bugReport(sources: ReportSources): Promise<string> {
  let faults: readonly string[] | undefined;
  const reading = lastFaults(sources.dataDir, FAULTS).then((lines) => {
    faults = lines;
  });
  await waitAtMost(reading, LOG_LIMIT_MS);
  const text = [
    '### Claudacity',
    ...systemLines(sources),
    '',
    '### Settings that differ from the default',
    ...orNone(settingLines(sources.settings)),
    '',
    '### Last warnings and errors of the log',
    ...(faults === undefined ? ['The log could not be read.'] : orNone(faults.map((line) => `    ${line}`))),
    '',
  ].join('\n');
  return maskPrivate(text, privateWords(sources));
}

function systemLines({ version, server, cli, storage, accounts }: ReportSources): string[] {
  const { electron, node } = process.versions;
  const problems = problemsOf({ server, cli, storage }).map(({ code }) => code);
  return [
    `- Version: ${version}`,
    `- System: ${process.platform} ${release()}, ${arch()}`,
    `- Runs on: ${electron === undefined ? '' : `Electron ${electron}, `}Node ${node}`,
    `- CLI: ${cli.version === undefined ? (cli.phase === 'checking' ? 'not checked yet' : 'not found') : `claude ${cli.version}, ${installationKind(cli.path ?? '')}`}`,
    `- Signed in: ${cli.authMethod ?? 'nobody'}; accounts: ${accounts.accounts.length}`,
    `- Paid by: ${cli.payer?.label ?? 'not known'}`,
    `- Processes: ${cli.processes ?? 'not known'}`,
    `- State: ${appStatus({ server, cli, storage }).label}; server: ${server.phase}`,
    `- Problems: ${problems.length === 0 ? 'none' : problems.join(', ')}`,
  ];
}

function settingLines({ value, pinned, changedForRun }: ReportSources['settings']): string[] {
  return SETTING_NAMES.filter((name) => settingText(value[name]) !== settingText(SETTINGS[name].default)).map(
    (name) => {
      const origin = changedForRun.includes(name) ? 'for this run' : pinned[name] && `set by ${pinned[name]}`;
      return `- ${name}: ${valueText(name, value[name])}${origin ? ` (${origin})` : ''}`;
    },
  );
}

/** What the owner has typed may name anybody: a list is its length, a text is shown only where it is known to be harmless. */
function valueText(name: SettingName, value: Settings['value'][SettingName]): string {
  const setting: Setting = SETTINGS[name];
  if (setting.kind === 'list') {
    const { length } = value as readonly string[];
    return length === 1 ? '1 entry' : `${length} entries`;
  }
  const isShown = setting.kind !== 'text' || SHOWN_TEXTS.includes(name) || HARMLESS.test(String(value));
  return isShown ? settingText(value) : 'set';
}

const SHOWN_TEXTS: readonly SettingName[] = ['taskModel', 'defaultModel'];
const HARMLESS = /^(127\.0\.0\.1|0\.0\.0\.0|::1?|localhost)$/;

function privateWords({ settings, keys, accounts }: ReportSources): PrivateWords {
  const { hostNames, origins, keylessRanges, host, cliPath } = settings.value;
  const address = HARMLESS.test(host) ? [] : [host];
  return {
    home: homedir(),
    names: [
      ...[hostname(), userName()],
      ...[...hostNames, ...origins, ...keylessRanges, ...address, cliPath],
      ...keys.keys.map(({ name }) => name),
      ...accounts.accounts.map(({ name }) => name).filter((name) => name !== MAIN_ACCOUNT_NAME),
    ].filter((name) => !WORDS_OF_THE_APP.test(name)),
  };
}

/** Names that are those of the program or the system, which the report needs and which name nobody. */
const WORDS_OF_THE_APP = /^(claude|claudacity|node|root|localhost|server|linux|default)$/i;

/** Throws where the user has no entry, as in some containers. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}

function orNone(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? ['None.'] : lines;
}
