/** `serve` under launchd, for a Mac that is used without the tray app. */
import type { ServiceEntry } from './entry';
import { agentText, launchAgent } from './launchAgent';
import { type LaunchCommand, ServiceError } from './serviceTypes';

export const SERVE_AGENT_LABEL = 'org.claudacity.serve';

/** launchd kills what has not ended after 20 s unless it is told another time. */
const EXIT_SECONDS = 30;

export interface LaunchdEntryOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  readonly command: LaunchCommand;
  readonly environment: Readonly<Record<string, string>>;
}

export function launchdEntry({ env, home, command, environment }: LaunchdEntryOptions): ServiceEntry {
  const label = SERVE_AGENT_LABEL;
  const agent = launchAgent({ label, env, home });
  const text = agentText({ label, command, environment, keepsAlive: true, exitTimeout: EXIT_SECONDS });
  return {
    kind: 'launch-agent',
    holder: 'launchd',
    read: async () => {
      const { file, ...reading } = await agent.read();
      return { ...reading, entry: file, problems: [] };
    },
    write: async () => {
      const { file } = await agent.read();
      return { written: (await agent.write(text)) ? [file] : [], advice: [] };
    },
    remove: async () => {
      const { file, isLoaded } = await agent.read();
      if (isLoaded) await agent.unload();
      return (await agent.remove()) ? [file] : [];
    },
    manager: {
      start: async () => {
        const fault = await agent.load();
        if (fault !== undefined) throw new ServiceError('not_started', `launchd could not start it: ${fault}`);
      },
      stop: agent.unload,
    },
  };
}
