/** Installs a downloaded deb or rpm with the rights of root, for which the system asks the user. */
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** How long the user has to give the rights, and the package manager to install. */
const INSTALL_MS = 30 * 60_000;
/** Of pkexec: the user has closed its question, or may not get the rights. */
const REFUSED_CODES = [126, 127];

/**
 * Resolves when the package is installed.
 * @param sha512 of the file, in Base64. The program that runs as root compares a copy that only root can change: the file is in a folder of the user's.
 * @throws Error with a sentence for the user
 */
export async function installPackage(file: string, sha512: string): Promise<void> {
  const helper = path.join(path.dirname(process.execPath), 'bin', 'install-update');
  const command = [helper, file, Buffer.from(sha512, 'base64').toString('hex')];
  const asRoot = process.getuid?.() === 0;
  const pkexec = asRoot ? undefined : programOnPath('pkexec');
  const byHand = `Install it by hand with \`sudo ${file.endsWith('.deb') ? 'apt' : 'dnf'} install ${file}\``;
  if (!asRoot && pkexec === undefined) {
    throw new Error(`This system has no pkexec, which asks for the rights that an installation needs. ${byHand}`);
  }
  const [program = helper, ...args] = pkexec === undefined ? command : [pkexec, '--disable-internal-agent', ...command];
  const { code, problem } = await run(program, args);
  if (code === 0) return;
  if (pkexec !== undefined && REFUSED_CODES.includes(code)) {
    throw new Error(`The package was not installed: the system did not give the rights. ${byHand}`);
  }
  throw new Error(`The package was not installed${problem === '' ? '' : ` (${problem})`}. ${byHand}`);
}

function run(program: string, args: readonly string[]): Promise<{ code: number; problem: string }> {
  return new Promise((resolve) => {
    const options = { timeout: INSTALL_MS, maxBuffer: 1e8, cwd: '/' };
    execFile(program, args, options, (error, _stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      const lines = stderr.trim().split('\n');
      // Of the helper, apt, dpkg and rpm; other lines are warnings.
      const problem = lines.find((line) => /^(E:|dpkg: error|error:)/i.test(line)) ?? lines.at(-1) ?? '';
      resolve({ code, problem: problem.replace(/^\S*error: */i, '').trim() });
    });
  });
}

function programOnPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(':').filter((folder) => path.isAbsolute(folder));
  return folders.map((folder) => path.join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
