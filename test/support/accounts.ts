/** Added accounts of an app under test, signed in as the CLI itself does on a system without a keychain. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TestApp } from './testApp';

/** Adds an account and signs it in, with a token of its own: `sk-ant-oat01-NAME`. Returns its id once the app knows the sign-in. */
export async function addAccount(app: TestApp, name: string, plan = 'max'): Promise<string> {
  const id = app.core.calls['accounts.add'](name);
  await writeCredentials(path.join(app.dataDir, 'accounts', id), tokenOf(name), plan);
  await app.core.calls['cli.check']();
  return id;
}

export function tokenOf(name: string): string {
  return `sk-ant-oat01-${name.toLowerCase()}`;
}

/** Writes what `claude auth login` writes into its config folder. */
export async function writeCredentials(folder: string, accessToken: string, subscriptionType = 'max'): Promise<void> {
  const oauth = {
    ...{ accessToken, refreshToken: `${accessToken}-refresh`, expiresAt: 4_102_444_800_000, subscriptionType },
    scopes: ['user:inference', 'user:profile'],
  };
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, '.credentials.json'), JSON.stringify({ claudeAiOauth: oauth }));
}
