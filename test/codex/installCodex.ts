/** Codex is larger than all packages of this project together, so only its test installs it, into a separate folder. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { captureOutput, npmCommand, ROOT } from '../../build/setup/command.mjs';

/** The version that the test was written for. */
export const VERSION = '0.169.0';

const TIMEOUT_MS = 10 * 60_000;

/** @returns the path of Codex's script. @throws Error with npm's output if the installation fails */
export async function installCodex(): Promise<string> {
  const folder = path.join(ROOT, 'node_modules', '.cache', `codex-${VERSION}`);
  const script = path.join(folder, 'node_modules', '@openai', 'codex', 'bin', 'codex.js');
  if (existsSync(script)) return script;
  await mkdir(folder, { recursive: true });
  const { command, args } = npmCommand();
  const install = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', `@openai/codex@${VERSION}`];
  const { code, output } = await captureOutput(command, [...args, ...install], { cwd: folder, timeoutMs: TIMEOUT_MS });
  if (code !== 0 || !existsSync(script)) throw new Error(`npm could not install Codex ${VERSION}:\n${output.trim()}`);
  return script;
}
