/**
 * Which events the user is told of when the window is not in front: pure state, so that it can be tested without a desktop. An event is told
 * once: what a notification says has to end before it can be said again.
 *
 * A refused request may come from anybody in the network. Its notification names the peer's address alone, never text that the peer has sent,
 * and there is at most one a minute. Whose refusal the user was told of is remembered over restarts.
 */
import type { AppSettings, CliState, Knock, PlanWindow, ServerState, UpdateState } from '../../shared/contract';
import type { ToldAddresses } from './toldAddresses';

export interface AppNotification {
  title: string;
  body: string;
  /** The page that a click opens; null for the one that is shown. */
  page: string | null;
  /** What the page is to show; absent for nothing of its own. */
  target?: string;
}

export interface NotifierValues {
  server?: ServerState;
  cli?: CliState;
  planWindows?: readonly PlanWindow[];
  knocks?: readonly Knock[];
  update?: UpdateState;
}

export type NotificationSettings = Pick<AppSettings, Extract<keyof AppSettings, `notify${string}`>>;

export interface NotifierOptions {
  /** Shows the notification; the port to the desktop. */
  show(notification: AppNotification): void;
  settings(): NotificationSettings;
  /** Whether the user is looking at the window, which shows the same. What happens meanwhile counts as told. */
  isWatched(): boolean;
  /** Whose refusal the user was told of, in earlier runs as well. */
  toldAddresses: Pick<ToldAddresses, 'has' | 'add'>;
  now?: () => number;
}

export interface Notifier {
  /** Takes the topics' new values. What the first call has is known already, except a lost sign-in or server. */
  update(values: NotifierValues): void;
}

const NEARLY_USED = 0.8;
const REFUSED_INTERVAL_MS = 60_000;

export function createNotifier({
  show,
  settings,
  isWatched,
  toldAddresses,
  now = Date.now,
}: NotifierOptions): Notifier {
  /** The names of the plan's windows of which four fifths are used. */
  let nearlyUsed: ReadonlySet<string> | undefined;
  let knownKnocks: Set<string> | undefined;
  let refusedShownAt = Number.NEGATIVE_INFINITY;
  let isExhausted = false;
  let isSignedOut = false;
  let isStopped = false;
  let toldVersion: string | undefined;

  const tell = (setting: keyof NotificationSettings, notification: AppNotification) => {
    if (settings()[setting] && !isWatched()) show(notification);
  };

  const followPlan = (windows: readonly PlanWindow[]) => {
    const used = windows.filter((window) => (window.used ?? 0) >= NEARLY_USED);
    for (const window of used) {
      // One that is used up has a notification of its own.
      if (nearlyUsed && !nearlyUsed.has(window.name) && (window.used ?? 0) < 1) {
        const title = `${window.title}: ${Math.floor((window.used ?? 0) * 100)} % used`;
        tell('notifyPlanNearlyUsed', { title, body: 'Claude answers until it is used up.', page: 'usage' });
      }
    }
    nearlyUsed = new Set(used.map(({ name }) => name));
  };

  const followCli = ({ phase, problem }: CliState) => {
    if (problem?.code === 'plan_exhausted') {
      if (!isExhausted) {
        tell('notifyPlanExhausted', { title: 'The plan is used up', body: problem.message, page: 'usage' });
      }
      isExhausted = true;
    } else if (isExhausted && phase === 'ready') {
      isExhausted = false;
      tell('notifyPlanReset', { title: 'The plan can be used again', body: 'Claude answers again.', page: 'usage' });
    }
    if (problem?.code === 'signed_out' || problem?.code === 'authentication') {
      if (!isSignedOut) {
        const body = 'No request is answered until you sign in again.';
        tell('notifySignedOut', { title: 'Claude is signed out', body, page: null });
      }
      isSignedOut = true;
    } else if (phase === 'ready' || phase === 'limited') isSignedOut = false;
  };

  const followServer = ({ phase, problem }: ServerState) => {
    if (phase === 'error' && !isStopped) {
      const body = problem?.message ?? 'No program can reach Claude.';
      tell('notifyServerStopped', { title: 'The server does not run', body, page: null });
    }
    // While it starts again, it is not known yet whether the error is over.
    if (phase !== 'starting') isStopped = phase === 'error';
  };

  const followUpdate = ({ phase, version }: UpdateState) => {
    if (phase !== 'available' || version === null || version === toldVersion) return;
    toldVersion = version;
    tell('notifyUpdate', {
      title: `Claudacity ${version} is available`,
      body: 'Nothing is installed until you say so.',
      page: 'settings',
      target: 'checkForUpdates',
    });
  };

  const followKnocks = (knocks: readonly Knock[]) => {
    const first = knownKnocks === undefined;
    const known = knownKnocks ?? new Set();
    const strangers = knocks.filter(({ address }) => !known.has(address) && !toldAddresses.has(address));
    for (const { address } of strangers) known.add(address);
    knownKnocks = known;
    const [stranger] = strangers;
    if (first || !stranger) return;
    if (isWatched()) {
      for (const { address } of strangers) toldAddresses.add(address);
      return;
    }
    // Of the others the user was not told: a later run may do so.
    if (!settings().notifyRefused || now() - refusedShownAt < REFUSED_INTERVAL_MS) return;
    toldAddresses.add(stranger.address);
    refusedShownAt = now();
    show({
      title: 'A request was refused',
      body: `It came from ${stranger.address}${stranger.from === 'container' ? ', a container' : ''}. Let it in or not in the settings.`,
      page: 'settings',
      target: 'refused',
    });
  };

  return {
    update: ({ server, cli, planWindows, knocks, update }) => {
      if (server) followServer(server);
      if (cli) followCli(cli);
      if (planWindows) followPlan(planWindows);
      if (knocks) followKnocks(knocks);
      if (update) followUpdate(update);
    },
  };
}
