/** Whether a program at a place can reach the server with what it has, and what would mend it. */
import type { Place } from './guide';

export interface ReachFacts {
  readonly place: Place;
  readonly server: { readonly phase: string; readonly host: string };
  /** The system of this computer, as Node names it. */
  readonly platform: string;
  readonly trustContainers: boolean;
  readonly keylessRanges: readonly string[];
  /** What pins the setting `host`; undefined where the window can change it. */
  readonly hostPinnedBy: string | undefined;
  /** Whether this computer has an address in a network. */
  readonly hasAddress: boolean;
  /** Whether a key was made for the program. */
  readonly hasKey: boolean;
  /** Why no key can be used; null where keys work. */
  readonly keysProblem: string | null;
}

export interface ReachProblem {
  readonly text: string;
  /** What one button does about it; null where nothing here helps. */
  readonly remedy: { readonly kind: 'start' | 'listen' | 'makeKey'; readonly label: string } | null;
}

/** The first thing in the way; null where nothing is. */
export function reachProblem(facts: ReachFacts): ReachProblem | null {
  const { place, server, hostPinnedBy, hasAddress, hasKey, keysProblem } = facts;
  if (server.phase === 'stopped') {
    return { text: 'The server is not running.', remedy: { kind: 'start', label: 'Start server' } };
  }
  if (server.phase === 'error') return { text: 'The server could not start: see the message above.', remedy: null };
  if (place === 'here' || isLocalContainer(facts)) return null;
  const who = place === 'other' ? 'Other computers' : 'Containers';
  if (isLoopbackName(server.host)) {
    return hostPinnedBy === undefined
      ? { text: `${who} cannot reach the server: it listens for this computer only.`, remedy: LISTEN }
      : { text: `${who} cannot reach the server: ${hostPinnedBy} has it listen for this computer only.`, remedy: null };
  }
  if (place === 'other' && !hasAddress) return { text: 'This computer is in no network at the moment.', remedy: null };
  if (hasKey || !needsKey(facts)) return null;
  if (keysProblem !== null) return { text: keysProblem, remedy: null };
  const exception = place === 'other' && facts.keylessRanges.length > 0 ? ', unless their network is listed' : '';
  return { text: `${who} need a key${exception}.`, remedy: { kind: 'makeKey', label: 'Make a key' } };
}

/** Whether a program at the place is refused without a key. Of a listed network the window cannot tell, so a key is proposed. */
export function needsKey({
  place,
  platform,
  trustContainers,
}: Pick<ReachFacts, 'place' | 'platform' | 'trustContainers'>) {
  if (place === 'other') return true;
  return place === 'container' && !isLocalContainer({ place, platform }) && !trustContainers;
}

/** On macOS and Windows, the virtual machine of the containers hands their connections on through loopback. */
function isLocalContainer({ place, platform }: Pick<ReachFacts, 'place' | 'platform'>): boolean {
  return place === 'container' && (platform === 'darwin' || platform === 'win32');
}

function isLoopbackName(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

const LISTEN = { kind: 'listen', label: 'Listen on every network' } as const;
