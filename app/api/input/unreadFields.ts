/** Names the fields of a request that its body's schema does not have, and which therefore have no effect. */
import { z } from 'zod';
import { inSlices } from '../../shared/largeTexts/slices';
import { arrayElement, branches } from './boundedArray';

/** More than any program sends. */
const MOST_NAMES = 100;
const LONGEST_NAME = 80;

/**
 * Such as `cache_control` or `messages.content.cache_control`, without indexes and each once. Fields without a value (null, false, `auto`,
 * an empty text, list or object) change nothing anywhere, and are not named. An item of a type that the schema does not have is named by
 * its type: `input.reasoning`. Long lists are searched in slices.
 * @param body has been accepted by the schema.
 */
export async function unreadFields(schema: z.ZodType, body: unknown): Promise<string[]> {
  const names = new Set<string>();
  await inSlices(search(readingBranches(schema), body, '', names));
  return [...names];
}

function* search(schemas: readonly z.ZodType[], value: unknown, path: string, names: Set<string>): Generator<void> {
  if (typeof value !== 'object' || value === null || names.size >= MOST_NAMES) return;
  if (Array.isArray(value)) {
    const elements = schemas.flatMap((schema) => arrayElement(schema) ?? []).flatMap(readingBranches);
    if (!elements.some(isSearched)) return;
    for (const item of value) {
      yield* search(elements, item, path, names);
      yield;
    }
    return;
  }
  const fields = new Map<string, unknown>(Object.entries(value));
  const objects = schemasOf(schemas, fields);
  if (objects === 'any field') return;
  const type = fields.get('type');
  if (objects.length === 0 && typeof type === 'string') return add(names, path, type);
  for (const [name, inner] of fields) {
    const read = objects.flatMap(({ shape }) => (Object.hasOwn(shape, name) ? [shape[name] as z.ZodType] : []));
    if (read.length > 0) yield* search(read.flatMap(readingBranches), inner, join(path, name), names);
    else if (hasValue(inner)) add(names, path, name);
  }
}

/** The objects that the fields may be meant for: those whose literal fields match, if there are any, else those without literals. */
function schemasOf(
  schemas: readonly z.ZodType[],
  fields: ReadonlyMap<string, unknown>,
): readonly z.ZodObject[] | 'any field' {
  const others: z.ZodType[] = [];
  const matching: z.ZodObject[] = [];
  for (const schema of schemas) {
    const literals = schema instanceof z.ZodObject ? literalFields(schema) : [];
    const sent = literals.filter(({ name }) => fields.get(name) !== undefined);
    if (sent.some(({ name, values }) => !values.has(fields.get(name)))) continue;
    if (schema instanceof z.ZodObject && sent.length > 0) matching.push(schema);
    else others.push(schema);
  }
  if (matching.length > 0) return matching;
  if (others.some(takesAnyField)) return 'any field';
  return others.filter((schema) => schema instanceof z.ZodObject);
}

interface LiteralField {
  readonly name: string;
  readonly values: ReadonlySet<unknown>;
}

const literalsOfObjects = new WeakMap<z.ZodObject, readonly LiteralField[]>();

function literalFields(object: z.ZodObject): readonly LiteralField[] {
  const known = literalsOfObjects.get(object);
  if (known !== undefined) return known;
  const literals = Object.entries(object.shape).flatMap(([name, field]) =>
    field instanceof z.ZodLiteral ? [{ name, values: field.values }] : [],
  );
  literalsOfObjects.set(object, literals);
  return literals;
}

function isSearched(schema: z.ZodType): boolean {
  return schema instanceof z.ZodObject || arrayElement(schema) !== undefined;
}

function takesAnyField(schema: z.ZodType): boolean {
  if (schema instanceof z.ZodObject) return schema.def.catchall !== undefined;
  return schema instanceof z.ZodUnknown || schema instanceof z.ZodAny || schema instanceof z.ZodRecord;
}

const branchesOfSchemas = new WeakMap<z.ZodType, readonly z.ZodType[]>();

/** What a value is read with: the branches of unions, and of pipes only the part that decides which fields remain. */
function readingBranches(schema: z.ZodType): readonly z.ZodType[] {
  const known = branchesOfSchemas.get(schema);
  if (known !== undefined) return known;
  const found = branches(schema, (pipe) => [pipe.out instanceof z.ZodTransform ? pipe.in : pipe.out]);
  branchesOfSchemas.set(schema, found);
  return found;
}

function hasValue(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '' || value === 'auto') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

function add(names: Set<string>, path: string, name: string): void {
  if (names.size < MOST_NAMES) names.add(join(path, name));
}

function join(path: string, name: string): string {
  return path === '' ? headerWord(name) : `${path}.${headerWord(name)}`;
}

/** The client's name of a field, restricted to characters that a header may hold. */
export function headerWord(name: string): string {
  return name.slice(0, LONGEST_NAME).replaceAll(/[^\w.$-]/g, '_');
}
