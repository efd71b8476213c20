/** Codex is larger than all the packages of this project together: it is fetched where its test is asked for, into a folder of its own. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { captureOutput, npmCommand, ROOT } from '../../build/setup/command.mjs';

/** The one that the test is known to work with. */
const VERSION = '0.169.0';

const LONGEST_MS = 10 * 60_000;

/** Resolves with the path of its script. @throws Error with npm's words where it cannot be installed */
export async function installCodex(): Promise<string> {
  const folder = path.join(ROOT, 'node_modules', '.cache', `codex-${VERSION}`);
  const script = path.join(folder, 'node_modules', '@openai', 'codex', 'bin', 'codex.js');
  if (existsSync(script)) return script;
  await mkdir(folder, { recursive: true });
  const { command, args } = npmCommand();
  const install = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', `@openai/codex@${VERSION}`];
  const { code, output } = await captureOutput(command, [...args, ...install], { cwd: folder, timeoutMs: LONGEST_MS });
  if (code !== 0 || !existsSync(script)) throw new Error(`npm could not install Codex ${VERSION}:\n${output.trim()}`);
  return script;
}
