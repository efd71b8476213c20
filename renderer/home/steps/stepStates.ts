/** The first steps, as far as they are taken, from the state of the app. */
import type { AskState, CliState, HomeReport, ServerState } from '../../../app/shared/contract';

export interface FirstStep {
  id: 'found' | 'signed_in' | 'server' | 'asked' | 'connected';
  title: string;
  /** What it is, or what is to be done, in a few words. */
  detail: string;
  /** `working`: it is under way. `blocked`: an earlier step comes first. */
  state: 'done' | 'todo' | 'working' | 'blocked';
}

export interface StepSources {
  cli: CliState;
  server: ServerState;
  asks: AskState;
  report: HomeReport | null;
}

const NOT_FOUND = ['cli_missing', 'cli_outdated', 'cli_failed'];
const NOT_SIGNED_IN = ['signed_out', 'authentication'];

export function firstSteps({ cli, server, asks, report }: StepSources): FirstStep[] {
  const code = cli.problem?.code ?? '';
  const isFound = cli.path !== undefined && !NOT_FOUND.includes(code);
  const isSignedIn = isFound && cli.phase !== 'checking' && !NOT_SIGNED_IN.includes(code);
  const isUp = server.phase === 'running';
  const hasAsked = report?.hasAsked === true || asks.turns.some(({ phase }) => phase === 'done');
  const isAnswering = asks.turns.some(({ phase }) => phase === 'answering');
  return [
    {
      ...{ id: 'found', title: 'Claude found' },
      detail: isFound
        ? `claude ${cli.version ?? ''} at ${cli.path}`
        : (cli.problem?.message ?? 'Looking for the claude CLI…'),
      state: isFound ? 'done' : cli.phase === 'checking' ? 'working' : 'todo',
    },
    {
      ...{ id: 'signed_in', title: 'Signed in' },
      detail: isSignedIn
        ? (cli.payer?.description ?? cli.account ?? 'Somebody is signed in.')
        : cli.signIn
          ? 'Continue in your browser.'
          : 'Claude answers with your own account.',
      state: isSignedIn ? 'done' : cli.signIn ? 'working' : isFound ? 'todo' : 'blocked',
    },
    {
      ...{ id: 'server', title: 'Server up' },
      detail: isUp
        ? `Programs reach it at ${server.url}`
        : (server.problem?.message ?? 'Programs reach Claude through it.'),
      state: isUp ? 'done' : server.phase === 'starting' ? 'working' : 'todo',
    },
    {
      ...{ id: 'asked', title: 'Ask it something' },
      detail: hasAsked ? 'Claude has answered here.' : 'The answer comes below, as every program will get it.',
      state: hasAsked ? 'done' : isAnswering ? 'working' : isSignedIn ? 'todo' : 'blocked',
    },
    {
      ...{ id: 'connected', title: 'First program connected' },
      detail: report?.hasConnected ? 'Another program has got an answer.' : 'Waiting for its first request…',
      state: report?.hasConnected ? 'done' : 'todo',
    },
  ];
}
