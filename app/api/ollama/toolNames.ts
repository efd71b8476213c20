/**
 * Names of tools. Ollama accepts any, such as `files.read` or `server/search`, but the Messages API only letters, digits, underscores
 * and dashes: the model knows a tool by another name then, and clients never see that.
 */
import { createHash } from 'node:crypto';

export interface ToolNames {
  /** The model's name for the client's tool. */
  toModel(name: string): string;
  /** The client's name for the tool that the model calls. */
  toClient(name: string): string;
}

/** An empty name stays as it is, for the check that refuses it. */
const VALID = /^[a-zA-Z0-9_-]{0,64}$/;

/** @param names those of the request's tools. Different tools always have different names, and a valid name stays as it is. */
export function toolNames(names: readonly string[]): ToolNames {
  const byClientName = new Map<string, string>();
  const modelNames = new Set(names.filter((name) => VALID.test(name)));
  for (const name of new Set(names.filter((name) => !VALID.test(name)))) {
    const plainName = withValidCharacters(name, 64);
    const modelName = modelNames.has(plainName) ? withDigest(name) : plainName;
    modelNames.add(modelName);
    byClientName.set(name, modelName);
  }
  const byModelName = new Map([...byClientName].map(([name, modelName]) => [modelName, name]));
  return {
    // The history may have calls of tools that the request does not offer any more.
    toModel: (name) => byClientName.get(name) ?? (VALID.test(name) ? name : withDigest(name)),
    toClient: (name) => byModelName.get(name) ?? name,
  };
}

function withValidCharacters(name: string, length: number): string {
  return name.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, length);
}

/** A valid name that no other tool has. */
function withDigest(name: string): string {
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 12);
  return `${withValidCharacters(name, 50)}_${digest}`;
}
