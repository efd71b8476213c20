/** The handlers of the calls that need no Electron; app/shared/contract.ts says what each promises. */
import type { Knocks } from '../api/http/access/knocks';
import type { Chat } from '../chat/service';
import type { Claude } from '../claude/claude';
import type { ConfigWriter } from '../connect/configWriter';
import type { KeyRing } from '../keys/keyRing';
import type { Settings } from '../settings/settings';
import type { CallHandlers, CliState } from '../shared/contract';
import { type SettingsValues, shownSettings } from '../shared/settings';
import { checkSettingText } from '../shared/settingText';
import type { Journal } from '../store/journal';
import { allowKnock } from './allowKnock';
import { type AppParts, appCalls } from './appCalls';
import { connectCalls } from './connectCalls';
import { conversationCalls } from './conversations/conversationCalls';
import { type RequestParts, requestCalls } from './requests/requestCalls';
import type { ServerControl } from './serverControl';
import type { Storage } from './storage';
import type { Updates } from './update/updates';
import { type UsageParts, usageCalls } from './usage/usageCalls';
import { appSettings, cliState } from './windowValues';

export interface CoreParts extends UsageParts, AppParts {
  readonly server: ServerControl;
  readonly claude: Claude;
  readonly checkCli: () => Promise<CliState>;
  readonly chat: Chat;
  readonly storage: Storage;
  readonly journal: Journal;
  readonly api: RequestParts['api'];
  readonly keys: KeyRing;
  readonly settings: Settings;
  readonly knocks: Knocks;
  /** Makes the text of a bug report. */
  readonly report: () => Promise<string>;
  readonly configWriter: ConfigWriter;
  readonly updates: Updates;
}

/** The handlers, with the types of their own results, so that callers in this process need not wait for those that answer at once. */
export type CoreCalls = ReturnType<typeof coreCalls>;

export function coreCalls(parts: CoreParts) {
  const { server, claude, checkCli, chat, storage, keys, settings, knocks, report, updates } = parts;
  const { conversations } = storage;
  const { accounts } = claude;
  /** A key names an account that is there. @throws Error */
  const demandAccount = (accountId: string | null | undefined) => {
    const isKnown =
      accountId === null || accountId === undefined || accounts.state.accounts.some(({ id }) => id === accountId);
    if (!isKnown) throw new Error('There is no such account any more.');
  };

  /** Makes a change of the settings and carries out what follows from it. */
  const applying = async (change: () => SettingsValues) => {
    const before = settings.value;
    const { host, port, cliPath, keepTexts } = change();
    // A user who turns the history off does not want to leave what is stored already.
    // The window shows its progress; a fault is logged.
    if (before.keepTexts && !keepTexts) storage.deleteAll().catch(() => {});
    void conversations.prune();
    if (cliPath !== before.cliPath) void checkCli();
    if (host !== before.host || port !== before.port) await server.restart();
    return appSettings(settings);
  };

  return {
    'server.start': () => server.start(),
    'server.stop': () => server.stop(),
    'server.startOnFreePort': () => server.startOnFreePort(),
    'cli.check': () => checkCli(),
    'cli.signIn': async () => {
      await claude.signIn();
      return cliState(claude, settings);
    },
    'cli.cancelSignIn': async () => {
      await claude.cancelSignIn();
      return cliState(claude, settings);
    },
    'accounts.add': (name) => accounts.add(name),
    'accounts.signIn': async (id) => {
      await accounts.signIn(id);
      return accounts.state;
    },
    'accounts.cancelSignIn': async (id) => {
      await accounts.cancelSignIn(id);
      return accounts.state;
    },
    'accounts.rename': (id, name) => {
      accounts.rename(id, name);
      return accounts.state;
    },
    'accounts.makeDefault': (id) => {
      accounts.makeDefault(id);
      return accounts.state;
    },
    'accounts.remove': async (id) => {
      await accounts.remove(id);
      return accounts.state;
    },
    'cli.payWith': (payWith) => {
      settings.change({ payWith, payWithNoticed: true });
      return cliState(claude, settings);
    },
    ...requestCalls(parts),
    ...usageCalls(parts),
    'requests.stop': (id) => {
      // Of the window's own question, or of a program.
      if (parts.asking.isAnswering(id)) parts.asking.stop();
      else if (parts.trials.isAnswering(id)) parts.trials.stop();
      else parts.api.stopRequest(id);
    },
    ...conversationCalls({ chat, storage, keys, settings }),
    'history.restore': (file) => storage.restore(file),
    'history.beginNew': () => storage.beginNew(),
    'history.dismiss': (file) => storage.dismiss(file),
    'keys.list': () => keys.state,
    'keys.create': (key) => {
      demandAccount(key.accountId);
      return keys.create(key);
    },
    'keys.change': (id, change) => {
      demandAccount(change.accountId);
      const changed = keys.change(id, change);
      claude.accountsOfKeysChanged();
      return changed;
    },
    'keys.revoke': (id) => keys.revoke(id),
    'keys.delete': (id) => keys.delete(id),
    'knocks.allow': (id, setting) => {
      allowKnock({ knocks, settings }, id, setting);
      return appSettings(settings);
    },
    'knocks.dismiss': (id) => knocks.dismiss(id),
    'settings.table': shownSettings,
    'settings.parse': checkSettingText,
    'settings.change': (change) => applying(() => settings.change(change)),
    'settings.changeForRun': (change) => applying(() => settings.changeForRun(change)),
    'settings.endChangeForRun': (name) => applying(() => settings.endChangeForRun(name)),
    'models.all': async () =>
      (await chat.allModels()).map(({ id, displayName, resolved }) => ({ id, title: displayName, fullName: resolved })),
    'update.state': () => updates.state,
    'update.check': updates.check,
    'update.download': updates.download,
    'update.install': updates.install,
    'update.cancel': updates.cancel,
    'app.report': report,
    ...appCalls(parts),
    ...connectCalls(parts),
  } satisfies Partial<CallHandlers>;
}
