/** The schemas of an OpenAPI document, adapted for a JSON schema validator. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { z } from 'zod';

export interface Schemas {
  /** @returns the value's violations of the named schema, a sentence each; empty if there are none. @throws if there is no such schema. */
  findings(name: string, value: unknown): string[];
  /** The names of the schemas in the named schema's `anyOf`. */
  choices(name: string): string[];
  /** The only value that the schema allows for the property; undefined if it allows several. */
  constant(name: string, property: string): unknown;
}

const document = z.looseObject({ components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }) });

const choice = z.object({ anyOf: z.array(z.object({ $ref: z.string() })) });

const PREFIX = '#/components/schemas/';

/** @param parsed the document, parsed from JSON or YAML. */
export function openSchemas(parsed: unknown): Schemas {
  const { components } = document.parse(withNulls(parsed));
  const ajv = new Ajv2020({ strict: false, validateSchema: false, allErrors: true, logger: false });
  addFormats.default(ajv);
  ajv.addSchema({ components }, 'document');
  return {
    findings: (name, value) => {
      const validate = ajv.getSchema(`document${PREFIX}${name}`);
      if (!validate) throw new Error(`there is no schema ${name}`);
      validate(value);
      return (validate.errors ?? []).map(({ instancePath, message }) => `${name}${instancePath}: ${message}`);
    },
    choices: (name) => choice.parse(components.schemas[name]).anyOf.map(({ $ref }) => $ref.slice(PREFIX.length)),
    constant: (name, property) => {
      const only = z.object({
        properties: z.record(z.string(), z.object({ enum: z.tuple([z.unknown()]) }).or(z.unknown())),
      });
      const { properties } = only.parse(components.schemas[name]);
      return z.object({ enum: z.tuple([z.unknown()]) }).safeParse(properties[property]).data?.enum[0];
    },
  };
}

/** Replaces `nullable`, a keyword of OpenAPI 3.0 that JSON Schema does not have. */
function withNulls(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withNulls);
  if (typeof schema !== 'object' || schema === null) return schema;
  const fields: Record<string, unknown> = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [name, withNulls(value)]),
  );
  if (fields.nullable !== true) return fields;
  const { nullable: _, ...rest } = fields;
  return { anyOf: [rest, { type: 'null' }] };
}
