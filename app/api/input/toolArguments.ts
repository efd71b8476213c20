/** Tool arguments in a history: an object in one dialect, its JSON text in the other, and clients mix the two. */
import { z } from 'zod';

const object = z.record(z.string(), z.unknown());

/** What cannot be read as an object is kept under `arguments`, since the model wrote it and may have to see it. */
export function toolArguments(value: unknown): Readonly<Record<string, unknown>> {
  const parsed = object.safeParse(typeof value === 'string' ? jsonOf(value) : (value ?? {}));
  return parsed.success ? parsed.data : { arguments: value };
}

function jsonOf(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
