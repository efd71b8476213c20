/** A client's functions, as every dialect names them. What the API would refuse is refused here, by the name of the field. */
import { invalidParam } from '../../chat/errors';
import type { ClientTool } from '../../chat/request';
import { objectSchema } from './objectSchema';

export interface DeclaredTool {
  readonly name: string;
  readonly description?: string | null | undefined;
  /** A JSON schema; a function without one takes no arguments. */
  readonly schema?: Readonly<Record<string, unknown>> | null | undefined;
  /** The fields that they came from. */
  readonly nameParam: string;
  readonly schemaParam: string;
}

/**
 * Those that the model is offered.
 * @throws ChatError `invalid_request` for a name or a schema that the API does not take, and for a name that two have.
 */
export function clientTools(definitions: readonly DeclaredTool[]): readonly ClientTool[] {
  const names = new Set<string>();
  const tools = definitions.map(({ name, description, schema, nameParam, schemaParam }) => {
    if (!/^[a-zA-Z0-9_-]{1,128}$/.test(name)) {
      throw invalidParam(nameParam, 'must be 1 to 128 letters, digits, underscores and dashes');
    }
    if (names.has(name)) throw invalidParam(nameParam, 'must differ from the names of the other tools');
    names.add(name);
    // Clients write the absence of arguments in many ways.
    const given = schema && Object.keys(schema).length > 0 ? schema : { type: 'object', properties: {} };
    return { name, description: description ?? '', inputSchema: objectSchema(given, schemaParam) };
  });
  return tools.filter(({ name }) => name !== RESERVED);
}

/** The CLI takes a tool of this name for its own and keeps it from the model (context/CLAUDE_PROTOCOL.md, "Environment"). */
const RESERVED = 'ToolSearch';

/** What the model is not offered, by the names under which it is told to the client. */
export function reservedTools(names: readonly (string | null | undefined)[]): string[] {
  return names.includes(RESERVED) ? [`tools.${RESERVED}`] : [];
}
