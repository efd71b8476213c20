/** One way in which a system starts the app by itself. */
import type { InstallOptions, LaunchCommand, ServiceHolder, ServiceKind, ServiceProblem } from './serviceTypes';

export interface EntryReading {
  readonly installed: boolean;
  readonly enabled: boolean;
  readonly entry: string | null;
  readonly command: LaunchCommand | null;
  /** The CLAUDACITY_HOME that the entry sets; null where it sets none, undefined where it cannot set one. */
  readonly dataDir?: string | null;
  readonly problems: readonly ServiceProblem[];
  /** Of the process that the manager of the entry runs at this moment. */
  readonly pid: number | null;
}

export interface WrittenEntry {
  /** What was written; empty where everything was right already. */
  readonly written: readonly string[];
  readonly advice: readonly string[];
}

export interface ServiceEntry {
  readonly kind: Exclude<ServiceKind, 'none'>;
  /** The holder of a process that the manager runs. */
  readonly holder: ServiceHolder;
  /** @throws Error with a message for the user */
  read(): Promise<EntryReading>;
  /** @throws ServiceError */
  write(options: InstallOptions): Promise<WrittenEntry>;
  /** Ends what the manager runs, too. @returns what was removed. @throws ServiceError */
  remove(): Promise<readonly string[]>;
  /** How the manager starts and ends the process; undefined where it only starts it by itself. */
  readonly manager?: {
    /** Resolves once it is ready, as far as the manager can tell. @throws ServiceError with what the manager said */
    start(): Promise<void>;
    stop(): Promise<void>;
  };
}
