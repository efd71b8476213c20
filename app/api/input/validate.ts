/** Bodies are checked where they come in; what is wrong with one is told by the name of the field. */
import type { z } from 'zod';
import { ChatError, invalidParam } from '../../chat/errors';

/** @throws ChatError `invalid_request` that names the first field at fault. */
export function validate<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const { path, message } = deepest(result.error.issues, []);
  const field = fieldName(path);
  if (field === '') throw new ChatError('invalid_request', message);
  throw invalidParam(field, message);
}

interface Finding {
  path: readonly PropertyKey[];
  message: string;
}

/** A value that fits no branch of a union was most likely meant for the branch in which checking got furthest. */
function deepest(issues: readonly z.core.$ZodIssue[], base: readonly PropertyKey[]): Finding {
  const findings = issues.map((issue): Finding => {
    const path = [...base, ...issue.path];
    if (issue.code !== 'invalid_union') return { path, message: plain(issue.message) };
    const branches = issue.errors.filter((branch) => branch.length > 0).map((branch) => deepest(branch, path));
    const further = branches.filter((branch) => branch.path.length > path.length);
    const best = further.sort((a, b) => b.path.length - a.path.length)[0];
    if (best === undefined && issue.message !== 'Invalid input') return { path, message: issue.message };
    return best ?? { path, message: [...new Set(branches.map((branch) => branch.message))].join(' or ') };
  });
  return findings[0] ?? { path: base, message: 'invalid' };
}

function plain(message: string): string {
  return message.replace(/^Invalid input: /, '');
}

function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, key) => {
    if (typeof key === 'number') return `${name}[${key}]`;
    return name === '' ? String(key) : `${name}.${String(key)}`;
  }, '');
}
