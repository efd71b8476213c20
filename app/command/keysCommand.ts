/** `claudacity keys`: lists, makes and revokes API keys. */
import type { ApiKey } from '../shared/contract';
import { type AppCommand, UsageError } from './appCommand';

export const keysCommand: AppCommand = async (app, [action, ...args], { print, note }) => {
  const [name, ...rest] = args;
  if (rest.length > 0) throw new UsageError();
  if (action === 'list' && name === undefined) {
    const { keys, problem } = await app.call('keys.list');
    if (problem !== null) note(problem);
    if (keys.length === 0) return note('There are no API keys.');
    for (const line of table([['ID', 'NAME', 'STARTS WITH', 'SCOPES', 'STATE'], ...keys.map(keyRow)])) print(line);
  } else if (action === 'add' && name !== undefined) {
    const { secret } = await app.call('keys.create', { name });
    print(secret);
    note('This is the only time that the key is shown.');
  } else if (action === 'revoke' && name !== undefined) {
    const revoked = await app.call('keys.revoke', name);
    note(`The key “${revoked.name}” is revoked.`);
  } else {
    throw new UsageError();
  }
};

function keyRow({ id, name, prefix, scopes, revokedAt, expiresAt }: ApiKey): string[] {
  const isExpired = expiresAt !== null && expiresAt <= Date.now();
  const state = revokedAt !== null ? 'revoked' : isExpired ? 'expired' : 'valid';
  return [id, name, prefix, scopes.join(','), state];
}

/** Columns as wide as their longest cell. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
