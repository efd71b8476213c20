/**
 * What the documentation says of a body's schema where the schema accepts more than the route: a value that is accepted only to be
 * refused with an error that names it, and a value that a later step checks.
 */
import { z } from 'zod';

const documented = new WeakMap<z.ZodType, z.ZodType>();

/** The schema unchanged; the documentation shows the other one. */
export function documentAs<S extends z.ZodType>(schema: S, shown: z.ZodType): S {
  documented.set(schema, shown);
  return schema;
}

/** What the documentation shows for the schema, if it is something else. */
export function documentedSchema(schema: unknown): z.ZodType | undefined {
  return schema instanceof z.ZodType ? documented.get(schema) : undefined;
}

/** A parameter that cannot be honoured, which only its absence leaves unrefused. */
export function notSupported(): z.ZodType {
  return documentAs(z.unknown().optional(), z.literal([false, '', 0]).nullish());
}
