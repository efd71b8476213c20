/**
 * Names of functions in groups ("namespaces"). Codex makes a group of each MCP server, and two groups may have functions of the same
 * name. The model has one list of functions: there, a function keeps its name if it is unique and is prefixed with its group's name
 * if it is not.
 */

/** The client's name for a function. */
export interface FunctionName {
  readonly name: string;
  readonly namespace?: string | null | undefined;
}

export interface FunctionNames {
  /** The model's name for the function. A function that is no longer among the tools keeps its name. */
  toModel(clientName: FunctionName): string;
  /** The client's name for the function; without `namespace` where it has no group. */
  toClient(modelName: string): { readonly name: string; readonly namespace?: string };
}

/** @param functions all functions of the request. */
export function functionNames(functions: readonly FunctionName[]): FunctionNames {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const { name } of functions) (seen.has(name) ? shared : seen).add(name);
  const toModel = ({ name, namespace }: FunctionName) =>
    namespace && shared.has(name) ? `${namespace}__${name}` : name;
  const byModelName = new Map(functions.map((clientName) => [toModel(clientName), clientName]));
  return {
    toModel,
    toClient: (modelName) => {
      const { name = modelName, namespace } = byModelName.get(modelName) ?? {};
      return { name, ...(namespace && { namespace }) };
    },
  };
}
