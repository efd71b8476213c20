/** Validates bodies against a zod schema and reports the field at fault. */
import type { z } from 'zod';
import { ChatError, invalidParam } from '../../chat/errors';
import { inSlices } from '../../shared/largeTexts/slices';
import { prepareArrays } from './boundedArray';

/** The parsed body. Long lists in it are checked in slices. @throws ChatError `invalid_request`, which names the first field at fault. */
export async function validate<S extends z.ZodType>(schema: S, body: unknown): Promise<z.output<S>> {
  await inSlices(prepareArrays(schema, body));
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const { path, message } = deepestIssue(result.error.issues, []);
  const field = fieldName(path);
  if (field === '') throw new ChatError('invalid_request', message);
  throw invalidParam(field, message);
}

/** The issue that is reported. */
interface Finding {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Where a value matches no branch of a union, the client most likely meant the branch whose issue lies deepest. */
function deepestIssue(issues: readonly z.core.$ZodIssue[], base: readonly PropertyKey[]): Finding {
  const findings = issues.map((issue): Finding => {
    const path = [...base, ...issue.path];
    if (issue.code !== 'invalid_union') return { path, message: withoutZodPrefix(issue.message) };
    const branches = issue.errors.filter((branch) => branch.length > 0).map((branch) => deepestIssue(branch, path));
    const deeper = branches.filter((branch) => branch.path.length > path.length);
    const best = deeper.sort((a, b) => b.path.length - a.path.length)[0];
    if (best === undefined && issue.message !== 'Invalid input') return { path, message: issue.message };
    return best ?? { path, message: [...new Set(branches.map((branch) => branch.message))].join(' or ') };
  });
  return findings[0] ?? { path: base, message: 'invalid' };
}

function withoutZodPrefix(message: string): string {
  return message.replace(/^Invalid input: /, '');
}

/** Such as `messages[0].content`. */
function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, key) => {
    if (typeof key === 'number') return `${name}[${key}]`;
    return name === '' ? String(key) : `${name}.${String(key)}`;
  }, '');
}
