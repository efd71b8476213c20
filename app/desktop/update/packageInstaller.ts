/** Installs a downloaded deb or rpm with the rights of root, for which the system asks the user. */
import path from 'node:path';
import { programOnPath } from '../../service/programOnPath';
import { runProgram } from '../../service/runProgram';

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
  const { env } = process;
  const asRoot = process.getuid?.() === 0;
  const pkexec = asRoot ? undefined : programOnPath(['pkexec'], env);
  const byHand = `Install it by hand with \`sudo ${file.endsWith('.deb') ? 'apt' : 'dnf'} install ${file}\``;
  if (!asRoot && pkexec === undefined) {
    throw new Error(`This system has no pkexec, which asks for the rights that an installation needs. ${byHand}`);
  }
  const [program = helper, ...args] = pkexec === undefined ? command : [pkexec, '--disable-internal-agent', ...command];
  const { code, stderr } = await runProgram(program, args, { env, timeoutMs: INSTALL_MS });
  if (code === 0) return;
  if (pkexec !== undefined && code !== null && REFUSED_CODES.includes(code)) {
    throw new Error(`The package was not installed: the system did not give the rights. ${byHand}`);
  }
  const problem = problemIn(stderr);
  throw new Error(`The package was not installed${problem === '' ? '' : ` (${problem})`}. ${byHand}`);
}

/** What the package manager or the helper said was wrong; other lines are warnings. */
function problemIn(output: string): string {
  const lines = output.trim().split('\n');
  const problem = lines.find((line) => /^(E:|dpkg: error|error:)/i.test(line)) ?? lines.at(-1) ?? '';
  return problem.replace(/^\S*error: */i, '').trim();
}
