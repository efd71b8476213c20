/** The state of the app's parts in the form in which the window shows it. */
import type { ConversationStatus } from '../chat/service';
import type { Claude } from '../claude/claude';
import type { Log } from '../log/log';
import type { Settings } from '../settings/settings';
import type { AppSettings, CliState, ConversationRow, RunSettings } from '../shared/contract';
import { SHOWN_SETTING_NAMES } from '../shared/settings';

export function cliState(
  { state, processReuse, payer, payChoice }: Pick<Claude, 'state' | 'processReuse' | 'payer' | 'payChoice'>,
  settings: Pick<Settings, 'value'>,
): CliState {
  const { phase, path: file, version, account, problem, signIn } = state;
  return {
    phase,
    reusesProcesses: processReuse.allowed,
    processes: processReuse.description,
    ...(file === undefined ? {} : { path: file }),
    ...(version === undefined ? {} : { version }),
    ...(account ? { authMethod: account.authMethod } : {}),
    ...(account?.email ? { account: account.email } : {}),
    ...(payer ? { payer } : {}),
    ...(payChoice ? { payChoice: { ...payChoice, noticed: settings.value.payWithNoticed } } : {}),
    ...(problem ? { problem } : {}),
    ...(signIn ? { signIn: { url: signIn.url ?? null, startedAt: signIn.startedAt } } : {}),
  };
}

/**
 * @param keyName the present name of the API key with that id.
 * @param showsTexts whether the user's settings let texts be shown.
 */
export function conversationRow(
  live: ConversationStatus,
  keyName: (id: string) => string,
  showsTexts: boolean,
): ConversationRow {
  const { owner: keyId, expiresAt, title, ...rest } = live;
  return {
    ...rest,
    title: showsTexts ? title : '',
    keyId,
    keyName: keyName(keyId),
    expiresAt: expiresAt === Number.POSITIVE_INFINITY ? null : expiresAt,
  };
}

export function appSettings(settings: Settings): AppSettings {
  return Object.fromEntries(SHOWN_SETTING_NAMES.map((name) => [name, settings.value[name]])) as AppSettings;
}

export function runSettings({ changedForRun, added }: Pick<Settings, 'changedForRun' | 'added'>): RunSettings {
  const items = SHOWN_SETTING_NAMES.map((name) => [name, added[name] ?? []] as const);
  return {
    changed: SHOWN_SETTING_NAMES.filter((name) => changedForRun.includes(name)),
    added: Object.fromEntries(items.filter(([, values]) => values.length > 0)),
  };
}

/** How many answers are under way. */
export function answeringNow(live: readonly Pick<ConversationStatus, 'phase'>[]): number {
  return live.filter(({ phase }) => phase === 'preparing' || phase === 'answering').length;
}

/** Notes what was found out about the CLI. */
export function logCliState(
  log: Pick<Log, 'info'>,
  { phase, path, version, problem, processes, payer }: CliState,
): void {
  log.info('the claude CLI was looked for', {
    ...{ phase, path, version, processes },
    problem: problem?.code,
    // Not the description, which has the account's address.
    payer: payer?.label,
  });
}
