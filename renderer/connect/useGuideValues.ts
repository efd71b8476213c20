/** What the texts of the open guide are made from, and what is in the way of the program. */
import { type GuideSummary, type GuideValues, KEY_PLACEHOLDER } from '../../app/shared/connect/guide';
import { needsKey, reachProblem } from '../../app/shared/connect/reach';
import { useApp } from '../state/services';
import { useStoreState } from '../state/store';
import type { ConnectStore } from './connectStore';

/** What is shown until the CLI has listed its models. */
const USUAL_MODELS = [
  { id: 'sonnet', title: 'Sonnet' },
  { id: 'opus', title: 'Opus' },
  { id: 'haiku', title: 'Haiku' },
];

/** The models to choose from, and the chosen one. */
export function useModels(store: ConnectStore) {
  const { model, options } = useStoreState(store, (state) => state);
  const models = options && options.models.length > 0 ? options.models : USUAL_MODELS;
  const ids = models.map(({ id }) => id);
  const usual = ids.includes('sonnet') ? 'sonnet' : (ids[0] ?? 'sonnet');
  return { models, model: model !== null && ids.includes(model) ? model : usual };
}

/** `model` and `key` are those that are written into files; `values` has a placeholder where a key is missing. */
export function useGuideValues(
  store: ConnectStore,
  { id }: GuideSummary,
): { values: GuideValues; model: string; key: string | null } {
  const { place, address, keys, options } = useStoreState(store, (state) => state);
  const { url, port } = useApp((app) => app.server);
  const platform = useApp(({ app }) => app.platform);
  const trustContainers = useApp(({ settings }) => settings.trustContainers);
  const { model } = useModels(store);
  const key = keys[id]?.secret ?? null;
  const lan = address ?? options?.addresses[0]?.address ?? 'THIS-COMPUTER';
  const urls = { here: url, other: `http://${lan}:${port}`, container: `http://host.docker.internal:${port}` };
  const placeholder = needsKey({ place, platform, trustContainers }) ? KEY_PLACEHOLDER : null;
  const values = {
    url: urls[place],
    key: key ?? placeholder,
    model,
    place,
    platform: place === 'here' ? platform : 'linux',
  };
  return { values, model, key };
}

export function useReachProblem(store: ConnectStore, { id }: GuideSummary) {
  const { place, keys, options } = useStoreState(store, (state) => state);
  const server = useApp((app) => app.server);
  const platform = useApp(({ app }) => app.platform);
  const { trustContainers, keylessRanges } = useApp((app) => app.settings);
  const hostPinnedBy = useApp((app) => app.pinned.host);
  const keysProblem = useApp((app) => app.keys.problem);
  return reachProblem({
    ...{ place, server, platform, trustContainers, keylessRanges, hostPinnedBy, keysProblem },
    // Until the app has answered, nothing is known to be wrong.
    hasAddress: options === null || options.addresses.length > 0,
    hasKey: keys[id] !== undefined,
  });
}
