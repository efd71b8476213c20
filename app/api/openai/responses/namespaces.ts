/**
 * Functions that a client has put into groups, as Codex does with those of each MCP server: two groups may have functions of the
 * same name. The model has one list of them, so there a function goes by its own name where no other has it, else with its
 * group's before it.
 */

/** As the client names it. */
export interface FunctionName {
  readonly name: string;
  readonly namespace?: string | null | undefined;
}

export interface FunctionNames {
  /** The model's name for it. A function that there is no longer keeps its own. */
  toModel(named: FunctionName): string;
  /** The client's; without a `namespace` where it has none. */
  toClient(name: string): { readonly name: string; readonly namespace?: string };
}

/** @param functions all that there are. */
export function functionNames(functions: readonly FunctionName[]): FunctionNames {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const { name } of functions) (seen.has(name) ? shared : seen).add(name);
  const toModel = ({ name, namespace }: FunctionName) =>
    namespace && shared.has(name) ? `${namespace}__${name}` : name;
  const clients = new Map(functions.map((named) => [toModel(named), named]));
  return {
    toModel,
    toClient: (modelName) => {
      const { name = modelName, namespace } = clients.get(modelName) ?? {};
      return { name, ...(namespace && { namespace }) };
    },
  };
}
