/** The `claudacity` command as a process of its own, for tests of how it starts and ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { bundleCommand } from '../../build/bundle.mjs';
import { claudePath, cliEnvironment } from './cli';
import { storeSelfTest } from './knownSelfTest';
import type { MessagesApi } from './messagesApi';

export interface CommandProcess {
  readonly process: ChildProcess;
  /** `http://127.0.0.1:…` */
  readonly url: string;
}

/** Bundles the command into `home` and starts it in a process group of its own. Resolves when it listens. @throws if it exits before */
export async function startCommand(
  api: MessagesApi,
  home: string,
  env: Record<string, string> = {},
): Promise<CommandProcess> {
  const bundle = path.join(home, 'bundle');
  await bundleCommand(bundle);
  await storeSelfTest(path.join(home, 'data', 'selfTest.json'));
  const child = spawn(process.execPath, [path.join(bundle, 'cli.cjs'), 'serve', '0'], {
    cwd: home,
    env: {
      ...cliEnvironment(api, home),
      CLAUDACITY_HOME: path.join(home, 'data'),
      CLAUDE_PATH: claudePath(),
      HOST: '127.0.0.1',
      ...env,
    },
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const listening = new Promise<string>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      const url = /running on (http\S+)/.exec(line)?.[1];
      if (url) resolve(url);
    });
  });
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`the command exited with ${code} before it listened`);
  });
  // It exits at the end of every test.
  exited.catch(() => {});
  return { process: child, url: await Promise.race([listening, exited]) };
}
