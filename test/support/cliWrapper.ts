/** A script around the real CLI, for CLAUDE_PATH, that a test can break and mend while the app is running. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { claudePath } from './cli';

/**
 * `works`: runs the real CLI. `silent`: a conversation's process reads nothing and writes nothing. `exits`: it exits at once with the
 * message `libfault.so: cannot open`. `mute`: no command of the CLI answers.
 */
export type CliMode = 'works' | 'silent' | 'exits' | 'mute';

export interface CliWrapper {
  /** The script's path. */
  readonly path: string;
  set(mode: CliMode): Promise<void>;
  /** The environment of the conversation's process that was started last. */
  environment(): Promise<Record<string, string>>;
}

/** Creates the script `claude` in a folder, which is created where it does not exist. Needs a POSIX shell. */
export async function wrapCli(folder: string, mode: CliMode = 'works'): Promise<CliWrapper> {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, 'claude');
  const modeFile = path.join(folder, 'mode');
  const environmentFile = path.join(folder, 'environment');
  const set = (next: CliMode) => writeFile(modeFile, next);
  await set(mode);
  const real = `'${claudePath()}'`;
  // The silent process is no `exec`: its child must be ended with it.
  const script = `#!/bin/sh
mode=$(cat '${modeFile}')
[ "$mode" = mute ] && { sleep 1000; exit 0; }
case "$1" in --version|auth|--setting-sources=) exec ${real} "$@" ;; esac
env > '${environmentFile}'
case "$mode" in
  silent) sleep 1000; exit 0 ;;
  exits) echo 'libfault.so: cannot open' >&2; exit 127 ;;
esac
exec ${real} "$@"
`;
  await writeFile(file, script, { mode: 0o755 });
  const environment = async () => {
    const lines = (await readFile(environmentFile, 'utf8')).split('\n');
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
  };
  return { path: file, set, environment };
}
