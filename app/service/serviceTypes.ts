/** What `claudacity install`, `start`, `status` and their like work with, whatever the system's mechanism. */

/** A program and its arguments, each as the program is to receive it: nothing is quoted yet. */
export interface LaunchCommand {
  /** Absolute path of the program. */
  readonly program: string;
  readonly args: readonly string[];
}

export type ServiceKind =
  /** The tray app, which the desktop starts at login: an autostart entry (Linux) or a login item (macOS). */
  | 'desktop-login'
  /** The tray app, which Windows starts at login: a value of the Run key. */
  | 'run-entry'
  /** `serve`, which the user's systemd starts: at login, or with the computer where lingering is on. */
  | 'systemd-user'
  /** `serve`, which cron starts with the computer: for a Linux without systemd. */
  | 'crontab'
  /** `serve`, which launchd starts at login. */
  | 'launch-agent'
  | 'none';

/** What started the app that is running, and so what has to stop it. */
export type ServiceHolder = 'systemd' | 'launchd' | 'desktop-session' | 'cron' | 'user' | 'none';

/** A state that keeps the service from doing what its owner expects. */
export interface ServiceProblem {
  /** Stable: programs that read `--json` depend on it. */
  readonly code:
    | 'disabled'
    | 'program_missing'
    | 'entry_outdated'
    | 'other_data'
    | 'no_linger'
    | 'failed'
    | 'no_manager'
    | 'requires_approval'
    | 'runs_elsewhere'
    | 'unreadable';
  /** One sentence: what is wrong. */
  readonly message: string;
  /** What the user can do; commands stand in backticks. */
  readonly remedy: string;
}

/** The truth of this moment: every value is read from the system, none is remembered. */
export interface ServiceState {
  readonly kind: ServiceKind;
  /** The entry exists. */
  readonly installed: boolean;
  /** The system will start the program the next time: false for an entry that was switched off in the system's settings. */
  readonly enabled: boolean;
  /** An app with this data folder runs, whatever started it. */
  readonly running: boolean;
  /** Of the app that runs. */
  readonly pid: number | null;
  readonly holder: ServiceHolder;
  /** The file, the unit or the registry value that holds the entry. */
  readonly entry: string | null;
  /** The command that the entry starts; null where there is no entry, or it cannot be read. */
  readonly command: LaunchCommand | null;
  /** Whether systemd starts the user's services without a login; null where there is no systemd. */
  readonly linger: boolean | null;
  readonly problems: readonly ServiceProblem[];
}

export interface InstallOptions {
  /**
   * `desktop` starts the tray app at login, `headless` starts `serve` without a window. `auto` chooses the first where there is a desktop and
   * the app is installed.
   */
  readonly mode?: 'auto' | 'desktop' | 'headless';
  /** systemd: also have the service start without a login. Default false, and the report says how to. */
  readonly linger?: boolean;
  /** Also start it now. Default true. */
  readonly start?: boolean;
}

export interface InstallReport {
  readonly state: ServiceState;
  /** False where everything was as it should be already. */
  readonly changed: boolean;
  /** The files, units and registry values that were written. */
  readonly written: readonly string[];
  /** Sentences with what the user may want to do next; commands stand in backticks. */
  readonly advice: readonly string[];
}

export interface UninstallReport {
  readonly state: ServiceState;
  /** The files, units and registry values that were removed; empty where nothing was installed. */
  readonly removed: readonly string[];
  readonly advice: readonly string[];
}

export interface Service {
  /** Idempotent. Replaces an entry of another kind. @throws ServiceError */
  install(options?: InstallOptions): Promise<InstallReport>;
  /** Stops what the entry's manager runs and removes entries of every kind. Idempotent. @throws ServiceError */
  uninstall(): Promise<UninstallReport>;
  /** Resolves once the app can be reached, also where it ran before. @throws ServiceError */
  start(): Promise<ServiceState>;
  /** Resolves once the app is gone; does nothing where none runs. @throws ServiceError */
  stop(): Promise<ServiceState>;
  /** @throws ServiceError */
  restart(): Promise<ServiceState>;
  /** @throws nothing: what cannot be read is a problem of the state */
  status(): Promise<ServiceState>;
}

/** An app with the data folder that is running. */
export interface AppProcess {
  readonly pid: number;
  /** With tray and window, or `serve`. */
  readonly desktop: boolean;
}

/** How the service finds and ends the app that is running: the command implements it with the control socket. */
export interface RunningAppPort {
  /** Undefined where none answers. Rejects if something else is wrong with the socket. */
  find(): Promise<AppProcess | undefined>;
  /** Asks the app to end as if its user had quit it. Resolves once it has agreed, not once it is gone. */
  quit(): Promise<void>;
}

/** What was asked for cannot be done; the message is for the user and says what to do. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  constructor(
    /** Stable. */
    readonly code: 'no_manager' | 'not_installed' | 'command_failed' | 'not_started' | 'not_stopped' | 'no_desktop_app',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
