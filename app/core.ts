/**
 * The app without its window: settings, log, store, claude, chat and api as one object that can be started and stopped.
 * The desktop shell, the command line and the tests all hold it; nothing of Electron is in it.
 */
import type {
  AppSettings,
  AppSnapshot,
  AppUpdate,
  CliState,
  RequestDetails,
  RequestRow,
  ServerState,
} from './shared/contract';

export type CoreSnapshot = Omit<AppSnapshot, 'loginItem'>;
export type CoreUpdate = Omit<AppUpdate, 'loginItem'>;

export interface Core {
  /** Finds the CLI, starts the first processes and, unless the settings say otherwise, the server. Faults become state, not errors. */
  start(): Promise<void>;
  /** Ends the server, every child and the store, in that order. Resolves when all are gone. */
  stop(): Promise<void>;
  snapshot(): CoreSnapshot;
  /** Updates come in batches, at most one every 50 ms. Returns the function that ends the subscription. */
  subscribe(listener: (update: CoreUpdate) => void): () => void;
  startServer(): Promise<ServerState>;
  stopServer(): Promise<ServerState>;
  /** Looks for the CLI and asks for its version and sign-in state anew. */
  checkCli(): Promise<CliState>;
  /** Runs `claude auth login` and resolves when it has ended. */
  signIn(): Promise<CliState>;
  requestDetails(id: string): RequestDetails | null;
  olderRequests(before: number, limit: number): RequestRow[];
  clearRequests(): void;
  endConversation(id: string): Promise<void>;
  /** A change of host or port takes effect at once where the server runs. */
  changeSettings(change: Partial<AppSettings>): Promise<AppSettings>;
}
