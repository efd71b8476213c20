/**
 * The environment of an added account's processes. The CLI finds a sign-in in its config folder, but credentials of the environment, a
 * cloud provider, and a profile in the user's home take precedence over it: each would pay in place of the account, without a word.
 */
import path from 'node:path';
import { withoutCredentials } from '../installation/inheritedVariables';
import { gatewayHost } from '../installation/payer';

/**
 * @param env the environment of the main account's processes.
 * @param folder the account's config folder.
 * @param apiHosts hosts of Anthropic's API besides its own, for tests. The account's token is sent to no other host.
 */
export function accountEnvironment(
  env: NodeJS.ProcessEnv,
  folder: string,
  apiHosts: readonly string[] = [],
): NodeJS.ProcessEnv {
  const { ANTHROPIC_BASE_URL: address } = env;
  const keepsAddress = address !== undefined && gatewayHost(env, apiHosts) === undefined;
  return {
    ...withoutCredentials(env),
    ...(keepsAddress && { ANTHROPIC_BASE_URL: address }),
    CLAUDE_CONFIG_DIR: folder,
    // Where this is not set, the CLI uses a profile of ~/.config/anthropic.
    ANTHROPIC_CONFIG_DIR: path.join(folder, 'anthropic'),
  };
}
