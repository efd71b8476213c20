/** Finds out which program listens on a port, for the message that the port is taken. */
import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { processIds } from '../service/processes';

const run = promisify(execFile);
const TIMEOUT_MS = 2_000;

/**
 * The name of the program that listens on the TCP port, as the system lists it: `ollama`. undefined where the system does not tell, as with a
 * program of another user. Never rejects, and takes a few seconds at most.
 */
export async function portHolder(port: number): Promise<string | undefined> {
  const find = { linux: holderOnLinux, darwin: holderOnMac, win32: holderOnWindows }[process.platform as string];
  return find?.(port).catch(() => undefined);
}

/** The kernel lists the sockets, and each process of this user its open files. */
async function holderOnLinux(port: number): Promise<string | undefined> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  const sockets = new Set(tables.flatMap((table) => listeningInodes(table, port)).map((inode) => `socket:[${inode}]`));
  if (sockets.size === 0) return undefined;
  for (const pid of await processIds()) {
    if (await hasOpen(pid, sockets)) return (await readFile(`/proc/${pid}/comm`, 'utf8')).trim();
  }
  return undefined;
}

/** @param table the contents of /proc/net/tcp or tcp6. */
export function listeningInodes(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/));
  const LISTEN = '0A';
  return rows.flatMap((row) => (row[1]?.endsWith(suffix) && row[3] === LISTEN && row[9] ? [row[9]] : []));
}

async function hasOpen(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  // The files of other users' processes cannot be read, and a process may end meanwhile.
  const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const targets = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')));
  return targets.some((target) => sockets.has(target));
}

async function holderOnMac(port: number): Promise<string | undefined> {
  const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fc'];
  const { stdout } = await run('/usr/sbin/lsof', args, { timeout: TIMEOUT_MS });
  return /^c(.+)$/m.exec(stdout)?.[1];
}

async function holderOnWindows(port: number): Promise<string | undefined> {
  const options = { timeout: TIMEOUT_MS, windowsHide: true };
  const { stdout } = await run('netstat', ['-ano', '-p', 'TCP'], options);
  const pid = listenerInNetstat(stdout, port);
  if (pid === undefined) return undefined;
  const tasks = await run('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'], options);
  return /^"([^"]+)"/m.exec(tasks.stdout)?.[1];
}

/** The process id in a line such as `TCP 0.0.0.0:22434 0.0.0.0:0 LISTENING 4711`; the word for LISTENING is translated. */
export function listenerInNetstat(output: string, port: number): string | undefined {
  const line = new RegExp(`^\\s*TCP\\s+\\S+:${port}\\s+\\S+:0\\s+\\S+\\s+(\\d+)\\s*$`, 'm');
  return line.exec(output)?.[1];
}
