/** The settings as they are at first, for tests and for the demo: but for what it is told. */
import type { AppSettings } from '../../../app/shared/contract';

export function appSettings(settings: Partial<AppSettings> = {}): AppSettings {
  return {
    host: '0.0.0.0',
    port: 22434,
    cliPath: '',
    theme: 'system',
    startServer: true,
    maxProcesses: null,
    idleMinutes: 5,
    keepTexts: true,
    keepDays: 30,
    keepMegabytes: 1024,
    usersAreIds: true,
    sendSampling: false,
    fetchImages: false,
    ...settings,
  };
}
