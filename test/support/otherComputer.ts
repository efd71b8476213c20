/**
 * Another computer, or a container, as a network namespace of its own: its requests arrive over a virtual cable, directly or through a
 * bridge. Needs Linux, root, `ip` and `unshare`. The namespace and the cable go with the process in it.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { HttpAnswer, SendOptions } from './send';

/** Why this process cannot make network namespaces; null where it can. */
export function noNamespaces(): string | null {
  if (process.platform !== 'linux') return 'network namespaces need Linux';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  try {
    execFileSync('unshare', ['--net', 'ip', 'link', 'add', 'br-probe', 'type', 'bridge'], { stdio: 'pipe' });
    return null;
  } catch (error) {
    return `no network namespace with a bridge could be made: ${String(error)}`;
  }
}

export interface OtherComputer {
  /** Its own addresses. */
  readonly ipv4: string;
  readonly ipv6: string;
  /** This computer's addresses in the network of both. */
  readonly hostIpv4: string;
  readonly hostIpv6: string;
  /** Sends a request from there. @throws if the connection fails */
  send(url: string, options?: SendOptions): Promise<HttpAnswer>;
  /** Resolves when nothing of it is left. */
  end(): Promise<void>;
}

export interface OtherComputerOptions {
  /** The start of the name of a bridge that it is behind: `br-`. Absent: it is at the other end of a cable. */
  readonly bridge?: string;
}

/** @throws if the system refuses; nothing is left then */
export async function startOtherComputer({ bridge }: OtherComputerOptions = {}): Promise<OtherComputer> {
  const number = freeNumber();
  const [outer, inner] = [`cldo${number}`, `cldi${number}`];
  const link = bridge === undefined ? outer : `${bridge}cld${number}`;
  const address = (host: number) => ({
    ipv4: `198.18.${number}.${host}`,
    ipv6: `fd5c:1ad0:${number.toString(16)}::${host}`,
  });
  const [here, there] = [address(1), address(2)];
  const child = spawn('unshare', ['--net', process.execPath, path.join(__dirname, 'otherComputer.cjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = answersOf(child);
  const end = async () => {
    const exited = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await exited;
    }
    for (const name of [outer, link]) if (existsSync(`/sys/class/net/${name}`)) quietly('link', 'del', name);
  };
  try {
    await answers.ready;
    ip('link', 'add', outer, 'type', 'veth', 'peer', 'name', inner, 'netns', String(child.pid));
    if (link !== outer) {
      // With an address of its own, the bridge keeps it when a port is added.
      const mac = `02:5c:1a:d0:00:${number.toString(16).padStart(2, '0')}`;
      ip('link', 'add', link, 'address', mac, 'type', 'bridge');
      ip('link', 'set', outer, 'master', link);
    }
    // Without duplicate address detection, IPv6 addresses can be used at once.
    ip('addr', 'add', `${here.ipv4}/24`, 'dev', link);
    ip('addr', 'add', `${here.ipv6}/64`, 'dev', link, 'nodad');
    for (const name of new Set([outer, link])) ip('link', 'set', name, 'up');
    const inside = (...args: string[]) => execFileSync('nsenter', ['-t', String(child.pid), '-n', 'ip', ...args]);
    inside('addr', 'add', `${there.ipv4}/24`, 'dev', inner);
    inside('addr', 'add', `${there.ipv6}/64`, 'dev', inner, 'nodad');
    inside('link', 'set', 'lo', 'up');
    inside('link', 'set', inner, 'up');
    // To this computer's other addresses.
    inside('route', 'add', 'default', 'via', here.ipv4);
  } catch (error) {
    await end();
    throw error;
  }
  return { ...there, hostIpv4: here.ipv4, hostIpv6: here.ipv6, send: answers.send, end };
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

function quietly(...args: string[]): void {
  try {
    execFileSync('ip', args, { stdio: 'ignore' });
  } catch {
    // The cable goes with the namespace, perhaps at this moment.
  }
}

/** The third byte of a network of 198.18.0.0/16, which is reserved for measurements, that no interface of this computer has. */
function freeNumber(): number {
  const taken =
    execFileSync('ip', ['-br', 'addr'], { encoding: 'utf8' }) +
    execFileSync('ip', ['-br', 'link'], { encoding: 'utf8' });
  for (let attempt = 0; attempt < 250; attempt += 1) {
    const number = 1 + ((process.pid + attempt * 7) % 250);
    if (!taken.includes(`198.18.${number}.`) && !new RegExp(`cld[oi]?${number}@?\\b`).test(taken)) return number;
  }
  throw new Error('every network for tests is taken');
}

interface Line extends Partial<HttpAnswer> {
  id: number;
  error?: string;
}

function answersOf(child: ChildProcess) {
  const waiting = new Map<number, (line: Line) => void>();
  let lastId = 0;
  if (child.stdout === null || child.stdin === null) throw new Error('the process has no pipes');
  const { stdin } = child;
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Line;
    waiting.get(line.id)?.(line);
    waiting.delete(line.id);
  });
  child.once('exit', () => {
    for (const [id, resolve] of waiting) resolve({ id, error: 'the other computer has ended' });
    waiting.clear();
  });
  const exchange = (message: object): Promise<Line> =>
    new Promise((resolve) => {
      lastId += 1;
      waiting.set(lastId, resolve);
      stdin.write(`${JSON.stringify({ ...message, id: lastId })}\n`);
    });
  return {
    /** The process has entered its namespace when it answers: port 1 of its own loopback refuses. */
    ready: exchange({ url: 'http://127.0.0.1:1' }),
    send: async (url: string, { method, headers = {}, body }: SendOptions = {}): Promise<HttpAnswer> => {
      const text = body?.toString();
      const line = await exchange({
        url,
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers,
        body: text,
      });
      if (line.error !== undefined) throw new Error(line.error);
      return { status: line.status ?? 0, headers: line.headers ?? {}, text: line.text ?? '' };
    },
  };
}
