/** Converts the functions that a client declares. What the API would refuse is refused here, with the name of the field. */
import { z } from 'zod';
import { invalidParam } from '../../chat/errors';
import type { ClientTool } from '../../chat/request';
import { documentAs } from './documentAs';
import { objectSchema } from './objectSchema';

/** A function as the dialect found it in the body. */
export interface DeclaredTool {
  readonly name: string;
  readonly description?: string | null | undefined;
  /** A JSON schema of the arguments; a function without one takes none. */
  readonly schema?: Readonly<Record<string, unknown>> | null | undefined;
  /** As in `ClientTool`. */
  readonly deferred?: boolean | undefined;
  /** The fields of the body that hold the name and the schema, for errors. */
  readonly nameParam: string;
  readonly schemaParam: string;
}

/**
 * The tools that are offered to the model.
 * @throws ChatError `invalid_request` for a name or schema that the API does not accept, and for a name that is used twice.
 */
export function clientTools(definitions: readonly DeclaredTool[]): readonly ClientTool[] {
  const names = new Set<string>();
  return definitions.map(({ name, description, schema, deferred, nameParam, schemaParam }) => {
    if (!TOOL_NAME.test(name)) {
      throw invalidParam(nameParam, 'must be 1 to 128 letters, digits, underscores and dashes');
    }
    if (names.has(name)) throw invalidParam(nameParam, 'must differ from the names of the other tools');
    names.add(name);
    // For a function without arguments, clients send no schema, null or an empty object.
    const argumentSchema = schema && Object.keys(schema).length > 0 ? schema : NO_ARGUMENTS;
    const inputSchema = objectSchema(argumentSchema, schemaParam);
    return { name, description: description ?? '', inputSchema, ...(deferred && { deferred }) };
  });
}

const TOOL_NAME = /^[a-zA-Z0-9_-]{1,128}$/;

/** The schema of a field for a name that `clientTools` checks. */
export const toolNameField = documentAs(z.string(), z.string().regex(TOOL_NAME));

const NO_ARGUMENTS = { type: 'object', properties: {} };
