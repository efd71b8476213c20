/**
 * Arrays in the schemas of bodies. zod's own array checks all elements and makes an issue for each that is wrong, which for a
 * million wrong ones takes seconds and gigabytes: these stop at the first element that is wrong, and their length is bounded.
 */
import { z } from 'zod';

/** The most elements of each kind of list. Beyond them lies no request that the API would accept. */
export const MOST = {
  messages: 10_000,
  /** The parts of a message's content, or of a tool's result. */
  parts: 2_000,
  tools: 2_000,
  texts: 1_000,
  /** The numbers of a `context` of `/api/generate`. */
  numbers: 2_000_000,
} as const;

export interface ArrayOptions {
  /** Refuses an empty array, with this message. */
  readonly notEmpty?: string;
  /** The message where the field is absent. */
  readonly missing?: string;
}

/** The elements' schema, and the work of checking them in steps. */
interface BoundedArray {
  readonly element: z.ZodType;
  readonly least: number;
  readonly most: number;
  /** Checks the elements of an array and remembers the result for the schema's own parse. Stops between any two elements. */
  prepare(items: readonly unknown[]): Generator<void>;
}

const boundedArrays = new WeakMap<z.ZodType, BoundedArray>();

/** The schema of an array with at most `most` elements. Its first issue is its only one. */
export function boundedArray<E extends z.ZodType>(element: E, most: number, options: ArrayOptions = {}) {
  const { notEmpty, missing } = options;
  const prepared = new WeakMap<readonly unknown[], Elements<z.output<E>>>();
  const addNext = (elements: Elements<z.output<E>>, item: unknown) => {
    const result = element.safeParse(item);
    if (result.success) elements.values.push(result.data);
    else elements.issues = result.error.issues;
  };

  const schema = z.unknown().transform((value, context): z.output<E>[] => {
    const refuse = (message: string) => {
      context.issues.push({ code: 'custom', message, input: value });
      return z.NEVER;
    };
    if (value === undefined && missing !== undefined) return refuse(missing);
    if (!Array.isArray(value)) {
      context.issues.push({ code: 'invalid_type', expected: 'array', input: value });
      return z.NEVER;
    }
    if (value.length === 0 && notEmpty !== undefined) return refuse(notEmpty);
    if (value.length > most) return refuse(`must hold ${most} elements at most`);
    const elements = prepared.get(value) ?? { values: [], issues: [] };
    for (let at = elements.values.length; at < value.length && elements.issues.length === 0; at += 1) {
      addNext(elements, value[at]);
    }
    for (const issue of elements.issues) {
      // The issue is complete: zod only adds the path in front of it.
      context.issues.push({ ...issue, path: [elements.values.length, ...issue.path] } as z.core.$ZodRawIssue);
    }
    return elements.values;
  });

  function* prepare(items: readonly unknown[]): Generator<void> {
    if (items.length > most) return;
    const elements: Elements<z.output<E>> = { values: [], issues: [] };
    prepared.set(items, elements);
    for (const item of items) {
      yield* prepareArrays(element, item);
      addNext(elements, item);
      if (elements.issues.length > 0) return;
      yield;
    }
  }
  boundedArrays.set(schema, { element, least: notEmpty === undefined ? 0 : 1, most, prepare });
  return schema;
}

/** What is known of an array: the elements up to the first that is wrong, and what is wrong with that one. */
interface Elements<T> {
  readonly values: T[];
  issues: readonly z.core.$ZodIssue[];
}

/** The same as a schema of zod's own, for the documentation; undefined for any other schema. */
export function asPlainArray(schema: unknown): z.ZodType | undefined {
  const bounded = schema instanceof z.ZodType ? boundedArrays.get(schema) : undefined;
  return bounded && z.array(bounded.element).min(bounded.least).max(bounded.most);
}

/** Checks the elements of all bounded arrays in the value ahead of the schema's own parse, which then has little left to do. */
export function* prepareArrays(schema: z.ZodType, value: unknown): Generator<void> {
  if (typeof value !== 'object' || value === null) return;
  const fields = new Map<string, unknown>(Object.entries(value));
  for (const { name, array } of arrayFields(schema)) {
    const items = fields.get(name);
    if (Array.isArray(items)) yield* array.prepare(items);
  }
}

interface ArrayField {
  readonly name: string;
  readonly array: BoundedArray;
}

const fieldsOfSchemas = new WeakMap<z.ZodType, readonly ArrayField[]>();

/** The fields of an object that can hold a bounded array. */
function arrayFields(schema: z.ZodType): readonly ArrayField[] {
  const known = fieldsOfSchemas.get(schema);
  if (known !== undefined) return known;
  const fields = branches(schema).flatMap((branch) =>
    branch instanceof z.ZodObject
      ? Object.entries(branch.shape).flatMap(([name, field]) =>
          branches(field as z.ZodType).flatMap((inner) => {
            const array = boundedArrays.get(inner);
            return array === undefined ? [] : [{ name, array }];
          }),
        )
      : [],
  );
  fieldsOfSchemas.set(schema, fields);
  return fields;
}

/** The schema of an array's elements; undefined for a schema of anything else. */
export function arrayElement(schema: z.ZodType): z.ZodType | undefined {
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
  return boundedArrays.get(schema)?.element;
}

/**
 * The schemas of which a value has to match one: the branches of unions, without what makes them optional.
 * @param ofPipe the parts of a pipe that are wanted.
 */
export function branches(
  schema: z.ZodType,
  ofPipe: (pipe: z.ZodPipe) => readonly unknown[] = (pipe) => [pipe.in, pipe.out],
): readonly z.ZodType[] {
  const inner = (one: unknown) => branches(one as z.ZodType, ofPipe);
  if (boundedArrays.has(schema)) return [schema];
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return inner(schema.unwrap());
  if (schema instanceof z.ZodPipe) return ofPipe(schema).flatMap(inner);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(inner);
  return [schema];
}
