/** How the contract (contract.ts) writes down calls and topics. */
import { z } from 'zod';

/** Carries a type without a value. */
export interface TypeOnly<T> {
  of: T;
}

/** A call: the schemas of its arguments, and the type of its result. */
export function call<Result>() {
  return <Schemas extends readonly z.ZodType[]>(...schemas: Schemas) => {
    const tuple: unknown = z.tuple(schemas as unknown as []);
    return {
      arguments: tuple as z.ZodType<{ -readonly [I in keyof Schemas]: z.infer<Schemas[I]> }>,
      resultType: undefined as TypeOnly<Result> | undefined,
    };
  };
}

/** A topic, as the type of its value. */
export function topic<Value>() {
  return { valueType: undefined as TypeOnly<Value> | undefined };
}
