/** Reads a call's arguments from a history: an object, or its JSON text. Dialects differ here, and clients mix the two. */
import { z } from 'zod';

const object = z.record(z.string(), z.unknown());

/** A value that is not an object goes under `arguments`: the model wrote it, and must see what it wrote. */
export function toolArguments(value: unknown): Readonly<Record<string, unknown>> {
  const parsed = object.safeParse(typeof value === 'string' ? parseJson(value) : (value ?? {}));
  return parsed.success ? parsed.data : { arguments: value };
}

function parseJson(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
