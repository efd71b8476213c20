/** The handlers of the calls of the page Requests. */
import type { CapturedRequest } from '../../api/http/wire/wireLog';
import type { ApiServer } from '../../api/server';
import type { KeyRing } from '../../keys/keyRing';
import type { ApiKey, CallHandlers, ServerState } from '../../shared/contract';
import type { Journal } from '../../store/journal';
import { curlCommand } from './curl';
import { harText } from './har';

export interface RequestParts {
  readonly journal: Journal;
  readonly api: Pick<ApiServer, 'captured' | 'sendAgain' | 'stopRequest'>;
  readonly keys: Pick<KeyRing, 'state'>;
  readonly server: { readonly state: ServerState };
}

export function requestCalls({ journal, api, keys, server }: RequestParts) {
  /** @throws Error */
  const demandWhole = (id: string): CapturedRequest => {
    const captured = api.captured(id);
    if (captured === null) {
      throw new Error('This request is not in memory any more: only the latest of this run can be sent again.');
    }
    const { bytes } = captured.wire.request;
    if (captured.body !== null || bytes === 0) return captured;
    if (captured.isPrivate) {
      throw new Error('What this request said was not kept, because the settings keep texts out.');
    }
    throw new Error(`This request is too large: of its ${Math.ceil(bytes / 1024)} KB, only 256 KB are kept.`);
  };

  /** The key of the first request, as it is now. @throws Error where it is not valid any more. */
  const keyOf = (id: string): ApiKey | null => {
    const keyId = journal.details(id)?.keyId ?? '';
    if (keyId === '') return null;
    const key = keys.state.keys.find((one) => one.id === keyId);
    const isValid = key && key.revokedAt === null && (key.expiresAt === null || key.expiresAt > Date.now());
    if (!isValid) throw new Error('The API key of this request is not valid any more.');
    return key;
  };

  return {
    'requests.details': (id) => journal.details(id),
    'requests.older': (before, limit) => journal.older(before, limit),
    'requests.search': (filter, before, limit) => journal.search({ filter, before, limit }),
    'requests.filterValues': () => journal.filterValues(),
    'requests.said': (id, version) => journal.said(id, version),
    'requests.wire': (id) => api.captured(id)?.wire ?? null,
    'requests.stop': (id) => api.stopRequest(id),
    'requests.askAgain': async (id) => {
      const captured = demandWhole(id);
      const key = keyOf(id);
      const { phase, host, port } = server.state;
      if (phase !== 'running') throw new Error('The server is stopped: start it first.');
      return api.sendAgain(captured, { host, port, key });
    },
    'requests.curl': (id) => curlCommand(demandWhole(id), server.state.url),
    'requests.clear': () => journal.clear(),
  } satisfies Partial<CallHandlers>;
}

/** The requests as a HAR file, in their order in time; those that are not known any more are left out. @param version the app's */
export function requestsHar({ journal, api, server }: RequestParts, ids: readonly string[], version: string): string {
  const known = ids.flatMap((id) => {
    const details = journal.details(id);
    return details === null ? [] : [{ details, captured: api.captured(id) }];
  });
  known.sort((a, b) => a.details.at - b.details.at);
  return harText(known, server.state.url, version);
}
