/** `/api/tags`, `/api/ps` and `/api/show`: lists and describes the models in Ollama's form. */
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
      handle: async ({ models }) => ({ type: 'json', body: { models: (await models.list()).map(tagObject) } }),
    },
    {
      method: 'get',
      path: '/api/ps',
      docs: { summary: 'Lists the loaded models' },
      handle: async ({ models: available, owner }) => {
        const [models, memory] = await Promise.all([available.list(), chat.processMemory()]);
        // A key does not see what others use; a program on this computer that sends none sees everything, as with Ollama.
        const conversations = chat.liveConversations().filter((live) => owner === '' || live.owner === owner);
        const loaded = [
          ...conversations.map(({ model, expiresAt, pid }) => ({
            model,
            expiresAt: expiresAt ?? Date.now() + BUSY_MS,
            bytes: (pid !== null && memory.get(pid)) || 0,
          })),
          ...[...chat.loadedModels(owner)].map(([model, expiresAt]) => ({ model, expiresAt, bytes: 0 })),
        ];
        // Clients match these names with those of `/api/tags`.
        const running = loaded.flatMap(({ model: name, ...rest }) => {
          const model = models.find(({ id, resolved }) => resolved === name || id === name);
          return model === undefined ? [] : [{ model, ...rest }];
        });
        return { type: 'json', body: { models: runningObjects(running) } };
      },
    },
    {
      method: 'post',
      path: '/api/show',
      docs: { summary: 'Describes a model', body: documentedModelBody({}), example: { model: EXAMPLE_MODEL } },
      handle: async ({ body, userAgent, models }) => {
        const { model: name } = await validate(showBody, body);
        const model = await models.resolve(name);
        // Copilot labels the model with this name, so it gets the name that it asked for.
        const basename = userAgent.startsWith('GitHubCopilotChat/') ? name : modelTitle(model);
        return { type: 'json', body: showObject(model, basename) };
      },
    },
  ];
}

const showBody = modelBody({});

/** The start of this app: the CLI does not say when a model was published. */
const MODIFIED_AT = new Date().toISOString();

const CAPABILITIES: readonly string[] = ['completion', 'tools', 'vision'];

/** LiteLLM searches it for `tools`. Continue searches it for `.Suffix`, which must not occur, since the models do not insert text. */
const TEMPLATE = '{{ .System }} {{ .Tools }} {{ .Prompt }}';

function tagObject(model: Model) {
  const name = `${model.id}:latest`;
  return {
    name,
    model: name,
    modified_at: MODIFIED_AT,
    ...modelFileFields(model),
    ...limits(model),
    capabilities: capabilities(model),
  };
}

/** The fields that describe a model file. Clients expect a size above 0, and Ollama's own client a digest of 64 digits. */
function modelFileFields(model: Model) {
  return { size: MODEL_SIZE, digest: digestOf(model), details: details(model) };
}

/** Bytes: a placeholder, since there is no file. */
export const MODEL_SIZE = 1;

/** Depends on the model's id alone, since clients identify models by their digest. */
export function digestOf({ id }: Model): string {
  return createHash('sha256').update(`claudacity:${id}`).digest('hex');
}

/** In Ollama's own place, `details`. */
function details({ contextLength }: Model) {
  return { ...DETAILS, context_length: contextLength, embedding_length: 0 };
}

/** Clients look for them at the top, too. */
function limits({ contextLength, maxOutputTokens }: Model) {
  return { context_length: contextLength, max_output_tokens: maxOutputTokens };
}

const DETAILS = {
  parent_model: '',
  format: 'gguf',
  family: 'claude',
  families: ['claude'],
  // Unknown. The command `ollama show` and Open WebUI print any other text as a number.
  parameter_size: '',
  quantization_level: '',
};

function capabilities(model: Model): string[] {
  return [...CAPABILITIES, ...(model.supportsThinking ? ['thinking'] : [])];
}

/** Ms. A busy conversation has no expiry yet, so `/api/ps` reports Ollama's default. */
const BUSY_MS = 5 * 60_000;

interface RunningModel {
  readonly model: Model;
  readonly expiresAt: number;
  readonly bytes: number;
}

/** Ms. Stands for "never": Go's longest duration. */
const LONGEST_DURATION_MS = 9_223_372_036_854;

/** One object for each model, with the memory of all its processes; the model that stays loaded longest comes first. */
function runningObjects(running: readonly RunningModel[]) {
  const bytes = (id: string) => running.reduce((sum, { model, bytes }) => sum + (model.id === id ? bytes : 0), 0);
  const latestFirst = [...running].sort((a, b) => b.expiresAt - a.expiresAt);
  const seen = new Set<string>();
  return latestFirst
    .filter(({ model: { id } }) => !seen.has(id) && seen.add(id))
    .map(({ model, expiresAt }) => ({
      name: `${model.id}:latest`,
      model: `${model.id}:latest`,
      ...modelFileFields(model),
      size: Math.max(1, bytes(model.id)),
      expires_at: new Date(Math.min(expiresAt, Date.now() + LONGEST_DURATION_MS)).toISOString(),
      size_vram: 0,
      context_length: model.contextLength,
    }));
}

/** @param basename the name that clients show. */
function showObject(model: Model, basename: string) {
  return {
    license: '',
    modelfile: `FROM ${model.id}`,
    parameters: `num_ctx                        ${model.contextLength}`,
    template: TEMPLATE,
    details: details(model),
    model_info: {
      'general.architecture': 'claude',
      'general.basename': basename,
      'general.parameter_count': 0,
      'claude.context_length': model.contextLength,
      'claude.max_output_tokens': model.maxOutputTokens,
      'claude.embedding_length': 0,
    },
    ...limits(model),
    capabilities: capabilities(model),
    modified_at: MODIFIED_AT,
  };
}
