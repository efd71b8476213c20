/** The handlers of the calls of the page “Connect”. */
import type { Chat } from '../chat/service';
import { waitAtMost } from '../claude/waitAtMost';
import type { ConfigWriter } from '../connect/configWriter';
import { GUIDES, guideById } from '../connect/guides';
import { lanAddresses } from '../connect/lanAddresses';
import type { Settings } from '../settings/settings';
import type { CallHandlers, ConfigProgram, ConnectOptions } from '../shared/contract';
import type { ServerControl } from './serverControl';

export interface ConnectParts {
  readonly server: Pick<ServerControl, 'state'>;
  readonly chat: Pick<Chat, 'models'>;
  readonly settings: Pick<Settings, 'value'>;
  readonly configWriter: ConfigWriter;
}

export function connectCalls({ server, chat, settings, configWriter }: ConnectParts) {
  /** Without isolation, the app's own CLI reads the file that would be written, and would ask this app for ever. @throws Error */
  const demandIsolation = (program: ConfigProgram) => {
    if (program === 'claude-code' && !settings.value.isolation) {
      throw new Error(
        'Claudacity runs claude with your own settings here, so claude would ask itself. Turn the isolation on first.',
      );
    }
  };
  return {
    'connect.guides': () => GUIDES.map(({ steps: _, ...summary }) => summary),
    'connect.steps': (id, values) => {
      const guide = guideById(id);
      if (!guide) throw new Error('There is no such guide.');
      return guide.steps(values);
    },
    'connect.options': async () => ({
      addresses: lanAddresses(),
      models: await listedModels(chat),
      files: await configWriter.states(),
    }),
    // The address is never the caller's: the programs are to ask this server and no other.
    'connect.preview': async (program, values) => {
      demandIsolation(program);
      return configWriter.preview(program, { ...values, url: server.state.url });
    },
    'connect.write': async (program, values, token) => {
      demandIsolation(program);
      return configWriter.write(program, { ...values, url: server.state.url }, token);
    },
    'connect.undo': (program) => configWriter.undo(program),
  } satisfies Partial<CallHandlers>;
}

/** While the CLI is starting, the list may take seconds; the page does without it. */
const MODELS_WAIT_MS = 2_000;

async function listedModels(chat: Pick<Chat, 'models'>): Promise<ConnectOptions['models']> {
  let models: ConnectOptions['models'] = [];
  const listing = chat.models().then((listed) => {
    models = listed.map(({ id, displayName }) => ({ id, title: displayName }));
  });
  try {
    await waitAtMost(listing, MODELS_WAIT_MS);
  } catch {
    // The header says why the CLI lists no models.
  }
  return models;
}
