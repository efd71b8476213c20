/** `/api/tags`, `/api/ps` and `/api/show`: the models as Ollama describes its own. */
import { createHash } from 'node:crypto';
import type { Model } from '../../chat/service';
import type { DialectServices, Route } from '../dialect';
import { EXAMPLE_MODEL } from '../docs/example';
import { validate } from '../input/validate';
import { modelTitle } from '../modelTitle';
import { documentedModelBody, modelBody } from './fields';

export function modelRoutes({ chat }: DialectServices): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/api/tags',
      docs: { summary: 'Lists the models' },
      handle: async () => ({ type: 'json', body: { models: (await chat.models()).map(listed) } }),
    },
    {
      method: 'get',
      path: '/api/ps',
      docs: { summary: 'Lists the models that are loaded' },
      handle: async () => {
        const [models, memory] = await Promise.all([chat.models(), chat.processMemory()]);
        const held = [
          ...chat.liveConversations().map(({ model, expiresAt, pid }) => ({
            model,
            expiresAt: expiresAt ?? Date.now() + BUSY_MS,
            bytes: (pid !== null && memory.get(pid)) || 0,
          })),
          ...[...chat.loadedModels()].map(([model, expiresAt]) => ({ model, expiresAt, bytes: 0 })),
        ];
        // Under the name that the list of models has first, for clients put the two together by it.
        const running = held.flatMap(({ model: name, ...rest }) => {
          const model = models.find(({ id, resolved }) => resolved === name || id === name);
          return model === undefined ? [] : [{ model, ...rest }];
        });
        return { type: 'json', body: { models: loaded(running) } };
      },
    },
    {
      method: 'post',
      path: '/api/show',
      docs: { summary: 'Describes a model', body: documentedModelBody, example: { model: EXAMPLE_MODEL } },
      handle: async ({ body, userAgent }) => {
        const { model: name } = validate(showBody, body);
        const model = await chat.resolve(name);
        return { type: 'json', body: shown(model, userAgent.startsWith('GitHubCopilotChat/') ? name : undefined) };
      },
    },
  ];
}

const showBody = modelBody({});

/** Since when there are these models, for as long as this app runs: the CLI does not say. */
const MODIFIED_AT = new Date().toISOString();

const CAPABILITIES: readonly string[] = ['completion', 'tools', 'vision'];

/** LiteLLM looks into it for `tools`, and Continue for `.Suffix`, which may not stand here. */
const TEMPLATE = '{{ .System }} {{ .Tools }} {{ .Prompt }}';

function listed(model: Model) {
  const name = `${model.id}:latest`;
  return {
    name,
    model: name,
    modified_at: MODIFIED_AT,
    ...weights(model),
    capabilities: capabilities(model),
  };
}

/** What a model file would have. Clients want a size above 0, and Ollama's own a digest of 64 digits. */
function weights(model: Model) {
  return { size: SIZE, digest: digestOf(model), details: DETAILS };
}

/** Bytes. */
export const SIZE = 1;

/** The same for as long as the model has its name: clients tell models apart by it. */
export function digestOf({ id }: Model): string {
  return createHash('sha256').update(`claudacity:${id}`).digest('hex');
}

const DETAILS = {
  parent_model: '',
  format: 'gguf',
  family: 'claude',
  families: ['claude'],
  parameter_size: 'unknown',
  quantization_level: 'unknown',
};

function capabilities(model: Model): string[] {
  return [...CAPABILITIES, ...(model.supportsThinking ? ['thinking'] : [])];
}

/** Ms for which a busy conversation is said to stay: Ollama's default. */
const BUSY_MS = 5 * 60_000;

interface Running {
  readonly model: Model;
  readonly expiresAt: number;
  readonly bytes: number;
}

/** What a client takes for never: Go's longest duration from now. */
const FOR_GOOD_MS = 9_223_372_036_854;

/** One entry a model with the memory of all its processes, the one that stays longest first. */
function loaded(running: readonly Running[]) {
  const bytes = (id: string) => running.reduce((sum, { model, bytes }) => sum + (model.id === id ? bytes : 0), 0);
  const latestFirst = [...running].sort((a, b) => b.expiresAt - a.expiresAt);
  const seen = new Set<string>();
  return latestFirst
    .filter(({ model: { id } }) => !seen.has(id) && seen.add(id))
    .map(({ model, expiresAt }) => ({
      name: `${model.id}:latest`,
      model: `${model.id}:latest`,
      ...weights(model),
      size: Math.max(1, bytes(model.id)),
      expires_at: new Date(Math.min(expiresAt, Date.now() + FOR_GOOD_MS)).toISOString(),
      size_vram: 0,
      context_length: model.contextLength,
    }));
}

/** @param basename the name to show, where the client wants to see its own. */
function shown(model: Model, basename = modelTitle(model)) {
  return {
    license: '',
    modelfile: `FROM ${model.id}`,
    parameters: `num_ctx                        ${model.contextLength}`,
    template: TEMPLATE,
    details: DETAILS,
    model_info: {
      'general.architecture': 'claude',
      'general.basename': basename,
      'general.parameter_count': 0,
      'claude.context_length': model.contextLength,
      'claude.embedding_length': 0,
    },
    capabilities: capabilities(model),
    modified_at: MODIFIED_AT,
  };
}
