/** Starts and stops the HTTP server and knows its state, including why it could not listen. */
import type { ApiServer } from '../api/server';
import type { Log } from '../log/log';
import type { Settings } from '../settings/settings';
import type { Problem, ServerState } from '../shared/contract';
import { errorText } from '../shared/errorText';
import { portHolder } from './portHolder';

export interface ServerControl {
  readonly state: ServerState;
  /** Resolves when the server listens or cannot: the state says which. Faults become state, not errors. */
  start(): Promise<ServerState>;
  /** As `start`, on a port that is free, which is kept until the app ends or the settings name another address. */
  startOnFreePort(): Promise<ServerState>;
  /**
   * Resolves when the server has closed.
   * @param graceMs the time that running answers have to end; by default that of the settings. It holds for a server that is stopping, too.
   */
  stop(graceMs?: number): Promise<ServerState>;
  /** Stops once running answers have ended, however long they take. Resolves with the function that starts a server that was running again. */
  pauseAfterAnswers(): Promise<() => Promise<void>>;
  /** Takes a changed host or port over: a server that runs, or failed to, is started again. */
  restart(): Promise<ServerState>;
}

export interface ServerControlOptions {
  readonly api: Pick<ApiServer, 'listen' | 'close'>;
  readonly settings: Settings;
  readonly log: Log;
  /** Called after each change of the state. */
  readonly onChange: () => void;
}

export function createServerControl({ api, settings, log, onChange }: ServerControlOptions): ServerControl {
  /** The port of this run, where the user has chosen another than that of the settings. */
  let runPort: number | undefined;
  const address = () => ({ host: settings.value.host, port: runPort ?? settings.value.port });

  let state = stopped(address());
  const setState = (next: ServerState): ServerState => {
    state = next;
    onChange();
    return next;
  };

  // One at a time: a second click waits until the first has been carried out.
  let lastChange: Promise<unknown> = Promise.resolve();
  const enqueue = (change: () => Promise<ServerState>): Promise<ServerState> => {
    const next = lastChange.then(change, change);
    lastChange = next.catch(() => {});
    return next;
  };

  const listen = async (): Promise<ServerState> => {
    if (state.phase === 'running') return state;
    const { host, port } = address();
    setState({ phase: 'starting', host, port, url: urlOf(host, port) });
    try {
      const bound = await api.listen(host, port);
      log.info('the server is listening', { host, port: bound.port });
      return setState({
        phase: 'running',
        host,
        port: bound.port,
        url: urlOf(host, bound.port),
        startedAt: Date.now(),
      });
    } catch (error) {
      const problem = await listenProblem(error, host, port);
      log.error('the server could not be started', { host, port, error: String(error) });
      return setState({ phase: 'error', host, port, url: urlOf(host, port), problem });
    }
  };
  const close = async (graceMs = settings.value.stopGraceSeconds * 1000): Promise<ServerState> => {
    if (state.phase === 'running') {
      setState({ ...state, phase: 'stopping' });
      await api.close(graceMs);
      log.info('the server has stopped');
    }
    return setState(stopped(address()));
  };

  return {
    get state() {
      return state;
    },
    start: () => enqueue(listen),
    startOnFreePort: () =>
      enqueue(async () => {
        if (state.phase === 'running') return state;
        runPort = 0;
        const next = await listen();
        runPort = next.phase === 'running' ? next.port : undefined;
        return next;
      }),
    stop: (graceMs) => {
      if (graceMs !== undefined && state.phase === 'stopping') void api.close(graceMs);
      return enqueue(() => close(graceMs));
    },
    pauseAfterAnswers: async () => {
      const wasRunning = state.phase === 'running';
      await enqueue(() => close(LONGEST_TIMER_MS));
      return async () => void (wasRunning && (await enqueue(listen)));
    },
    restart: () =>
      enqueue(async () => {
        runPort = undefined;
        if (state.phase === 'stopped') return setState(stopped(address()));
        await close();
        return listen();
      }),
  };
}

/** Node takes no longer time for a timer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function stopped({ host, port }: { host: string; port: number }): ServerState {
  return { phase: 'stopped', host, port, url: urlOf(host, port) };
}

/** The address for clients on this computer: a server that listens on every address is reached through loopback. */
function urlOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

async function listenProblem(error: unknown, host: string, port: number): Promise<Problem> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return {
      code: 'port_taken',
      message: `Port ${port} is taken by ${(await portHolder(port)) ?? 'another program'}.`,
      remedy: 'Use another port for this run, end that program, or choose another port in the settings.',
    };
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return {
      code: 'address_unavailable',
      message: `${host} is not an address of this computer.`,
      remedy: 'Choose another address in the settings: `127.0.0.1` for this computer alone, `0.0.0.0` for the network.',
    };
  }
  return {
    code: 'server_failed',
    message: `The server could not be started: ${errorText(error)}.`,
    remedy: code === 'EACCES' ? 'Choose a port above 1023 in the settings.' : 'Start it again, or choose another port.',
  };
}
