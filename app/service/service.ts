/** The service: what starts the app without its user, and the one that runs. */
import { type LaunchCommand, type RunningAppPort, type Service, ServiceError } from './serviceTypes';

export * from './serviceTypes';

export interface ServiceOptions {
  readonly env: NodeJS.ProcessEnv;
  /** See settings/dataDir.ts. The service starts the app with the same one. */
  readonly dataDir: string;
  /** Starts the tray app; undefined in an installation that has none, such as a container. */
  readonly desktopApp: LaunchCommand | undefined;
  /** Starts `claudacity serve`. */
  readonly serve: LaunchCommand;
  readonly app: RunningAppPort;
  /** These are the computer's own unless a test says otherwise. */
  readonly platform?: NodeJS.Platform;
  readonly home?: string;
}

export function openService(_options: ServiceOptions): Service {
  const missing = async (): Promise<never> => {
    throw new ServiceError('no_manager', 'The service cannot be managed yet. Run `claudacity serve`.');
  };
  return {
    install: missing,
    uninstall: missing,
    start: missing,
    stop: missing,
    restart: missing,
    status: missing,
  };
}
