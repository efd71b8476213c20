/** Installs programs with npm, pip and Go, each into a folder of its own that later runs find again. */
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { captureOutput, npmCommand } from '../../build/setup/command.mjs';
import { removeFolder } from '../support/cli';
import type { Unsupported } from './program';

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

const downloaded = z.object({ Dir: z.string() });

/**
 * Builds the command in the root of a Go module, without C.
 * @param leftOut files and folders that are left out; a folder's text is the package that stands in for it
 * @returns the command's absolute path; `Unsupported` where Go is not installed
 * @throws Error with Go's output if the build fails
 */
export async function goBuild(
  cache: string,
  module: string,
  version: string,
  leftOut: Readonly<Record<string, string | null>>,
): Promise<string | Unsupported> {
  const name = path.basename(module);
  const folder = path.join(cache, `${name}-${version}`);
  const command = path.join(folder, process.platform === 'win32' ? `${name}.exe` : name);
  if (existsSync(command)) return command;
  if ((await captureOutput('go', ['version'])).code !== 0) return { unsupported: 'Go is not installed' };
  const { Dir } = downloaded.parse(JSON.parse(await run('go', ['mod', 'download', '-json', `${module}@v${version}`])));
  await completely(folder, async (partial) => {
    // Go refuses to replace packages of a module in its cache, which is read-only besides.
    const source = path.join(partial, 'source');
    const without = new Set(Object.keys(leftOut).map((file) => path.join(Dir, file)));
    await cp(Dir, source, { recursive: true, filter: (file) => !without.has(file) });
    await chmod(source, 0o755);
    for (const entry of await readdir(source, { recursive: true, withFileTypes: true })) {
      if (entry.isDirectory()) await chmod(path.join(entry.parentPath, entry.name), 0o755);
    }
    for (const [name, text] of Object.entries(leftOut)) {
      if (text === null) continue;
      await mkdir(path.join(source, name));
      await writeFile(path.join(source, name, 'standIn.go'), text);
    }
    const env = { ...process.env, CGO_ENABLED: '0' };
    await run('go', ['build', '-o', path.join(partial, path.basename(command)), '.'], { cwd: source, env });
    await removeFolder(source);
  });
  return command;
}

async function completely(folder: string, install: (partial: string) => Promise<unknown>): Promise<void> {
  const partial = `${folder}.partial`;
  await Promise.all([removeFolder(folder), removeFolder(partial)]);
  await mkdir(partial, { recursive: true });
  await install(partial);
  await rename(partial, folder);
}

async function run(
  command: string,
  args: readonly string[],
  options: Parameters<typeof captureOutput>[2] = {},
): Promise<string> {
  const { code, output } = await captureOutput(command, [...args], { timeoutMs: TIMEOUT_MS, ...options });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output.trim().slice(-3_000)}`);
  return output;
}
