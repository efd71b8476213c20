/** Installs programs with npm and pip, each into a folder of its own that later runs find again. */
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { captureOutput, npmCommand } from '../../build/setup/command.mjs';
import { removeFolder } from '../support/cli';

const TIMEOUT_MS = 20 * 60_000;

/**
 * @param file the path of the program's script inside `node_modules`
 * @returns the script's absolute path
 * @throws Error with npm's output if the installation fails
 */
export async function npmInstall(cache: string, name: string, version: string, file: string): Promise<string> {
  const folder = path.join(cache, `${name.replace(/.*\//, '')}-${version}`);
  const script = path.join(folder, 'node_modules', file);
  if (existsSync(script)) return script;
  const { command, args } = npmCommand();
  const install = ['install', '--no-save', '--no-audit', '--no-fund', '--prefix'];
  // A folder that an interrupted installation has left must not look like a program.
  await completely(folder, (partial) => run(command, [...args, ...install, partial, `${name}@${version}`]));
  if (!existsSync(script)) throw new Error(`${name} ${version} has no ${file}`);
  return script;
}

/**
 * Installs a package from PyPI into a virtual environment.
 * @param script the name of its command
 * @param options `python` is the interpreter, `python3` by default; `also` are further requirements
 * @returns the command's absolute path
 * @throws Error with pip's output if the installation fails
 */
export async function pipInstall(
  cache: string,
  name: string,
  version: string,
  script: string,
  { python = 'python3', also = [] }: { python?: string; also?: readonly string[] } = {},
): Promise<string> {
  const folder = path.join(cache, `${name}-${version}`);
  const bin = path.join(folder, process.platform === 'win32' ? 'Scripts' : 'bin');
  const installed = path.join(folder, 'installed');
  if (!existsSync(installed)) {
    // A virtual environment holds its own path, so it cannot be made elsewhere and renamed.
    await removeFolder(folder);
    await run(python, ['-m', 'venv', folder]);
    await run(path.join(bin, 'python'), ['-m', 'pip', 'install', '--quiet', `${name}==${version}`, ...also]);
    await writeFile(installed, '');
  }
  return path.join(bin, script);
}

async function completely(folder: string, install: (partial: string) => Promise<void>): Promise<void> {
  const partial = `${folder}.partial`;
  await Promise.all([removeFolder(folder), removeFolder(partial)]);
  await mkdir(partial, { recursive: true });
  await install(partial);
  await rename(partial, folder);
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const { code, output } = await captureOutput(command, [...args], { timeoutMs: TIMEOUT_MS });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output.trim().slice(-3_000)}`);
}
