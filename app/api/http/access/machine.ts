/** What this computer is called, which addresses it has, and its bridges to containers. They change while the app runs. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { hostname, networkInterfaces, release } from 'node:os';
import { type AddressRange, type IpAddress, isInRange, parseIpAddress, parseRange } from './ipAddress';

/** This computer, as it was at most a second ago. */
export interface Machine {
  /** In lower case: the host name, its first label, that with `.local`, and its full names in the hosts file. */
  readonly names: ReadonlySet<string>;
  /** Normalized; link-local IPv6 addresses with their interface: `fe80:0:0:0:0:0:0:1%eth0`. */
  readonly addresses: ReadonlySet<string>;
  /** The subnets of the interfaces behind which only containers and virtual machines of this computer are. */
  readonly containerSubnets: readonly AddressRange[];
}

/** Reads the machine; at most once in `READ_AGAIN_MS`, since anybody who reaches the port can cause it. */
export function thisMachine(now: () => number = () => performance.now()): () => Machine {
  let machine: Machine | undefined;
  let readAt = 0;
  return () => {
    if (machine === undefined || now() - readAt >= READ_AGAIN_MS) {
      readAt = now();
      machine = readMachine();
    }
    return machine;
  };
}

const READ_AGAIN_MS = 1_000;

/** Whether the machine has the address; a link-local one of IPv6 only together with its interface. */
export function hasAddress(machine: Machine, address: IpAddress): boolean {
  return machine.addresses.has(address.toNormalizedString());
}

/** The same for a Host header, in which no link-local address has its interface. */
export function hasHostAddress(machine: Machine, address: IpAddress): boolean {
  const text = address.toNormalizedString();
  return machine.addresses.has(text) || [...machine.addresses].some((own) => own.startsWith(`${text}%`));
}

function readMachine(): Machine {
  const addresses = new Set<string>();
  const containerSubnets: AddressRange[] = [];
  for (const [name, infos = []] of Object.entries(networkInterfaces())) {
    const isContainers = infos.length > 0 && leadsToContainers(name);
    for (const { address, cidr } of infos) {
      const parsed = parseIpAddress(address);
      if (parsed === null) continue;
      // Every link has a network fe80::/10 of its own, so these addresses mean something only together with the interface.
      const isLinkLocal = parsed.kind() === 'ipv6' && parsed.range() === 'linkLocal';
      addresses.add(parsed.toNormalizedString() + (isLinkLocal && !address.includes('%') ? `%${name}` : ''));
      const subnet = isContainers && !isLinkLocal && cidr !== null ? parseRange(cidr) : null;
      if (subnet !== null && (!isWsl() || isSubnetOfWsl(name, subnet))) containerSubnets.push(subnet);
    }
  }
  return { names: machineNames(hostname(), hostsFile()), addresses, containerSubnets };
}

/**
 * The names by which programs on the local network find this computer.
 * The search domain is left out: the network's DHCP server says it, and could name a domain of its owner's.
 * @param hosts the text of the hosts file. Only full forms of the host's own name count: people list foreign sites there to block them.
 */
export function machineNames(host: string, hosts: string): ReadonlySet<string> {
  const name = host.toLowerCase().replace(/\.$/, '');
  const [label = ''] = name.split('.');
  if (label === '') return new Set();
  const fullNames = hosts
    .toLowerCase()
    .split('\n')
    .flatMap((line) => line.replace(/#.*/, '').trim().split(/\s+/).slice(1))
    .filter((candidate) => candidate.startsWith(`${label}.`));
  return new Set([name, label, `${label}.local`, ...fullNames]);
}

function hostsFile(): string {
  const { SystemRoot = 'C:\\Windows' } = process.env;
  const path = process.platform === 'win32' ? `${SystemRoot}\\System32\\drivers\\etc\\hosts` : '/etc/hosts';
  try {
    return readFileSync(path, 'utf8').slice(0, 100_000);
  } catch {
    return '';
  }
}

const BRIDGE_NAMES = /^(docker0|br-.+|podman.*|cni.*|virbr.*)$/;
const WINDOWS_SWITCHES = /^vEthernet \((WSL|DockerNAT)/;

/**
 * Whether only containers and virtual machines of this computer can be behind the interface. The name alone does not say so: routers and virtual
 * machine hosts have bridges such as `br-lan` that join the local network. A bridge with a port to elsewhere does not count.
 */
function leadsToContainers(name: string): boolean {
  if (process.platform === 'win32') return WINDOWS_SWITCHES.test(name);
  if (process.platform !== 'linux') return false;
  return BRIDGE_NAMES.test(name) ? isInternalBridge(name) : name === 'eth0' && isWsl();
}

function isInternalBridge(name: string): boolean {
  try {
    return deviceType(name) === 'bridge' && readdirSync(`/sys/class/net/${name}/brif`).every(isVirtualPort);
  } catch {
    return false;
  }
}

/** Ends of veth pairs and taps: they have no device, no type (as a VLAN, a tunnel or a bond has) and no interface below. */
function isVirtualPort(name: string): boolean {
  const folder = `/sys/class/net/${name}`;
  if (existsSync(`${folder}/device`) || deviceType(name) !== null) return false;
  return !readdirSync(folder).some((entry) => entry.startsWith('lower_'));
}

function deviceType(name: string): string | null {
  return /^DEVTYPE=(.*)$/m.exec(readFileSync(`/sys/class/net/${name}/uevent`, 'utf8'))?.[1] ?? null;
}

let wsl: boolean | undefined;

function isWsl(): boolean {
  wsl ??= process.platform === 'linux' && /microsoft/i.test(release());
  return wsl;
}

/**
 * Behind WSL's own network, a /20 of 172.16.0.0/12, is the Windows computer. In its mirrored mode, which has an interface `loopback0`, `eth0` is
 * the local network instead and must not count.
 */
function isSubnetOfWsl(name: string, [address, prefix]: AddressRange): boolean {
  if (name !== 'eth0') return true;
  const ownNetwork = parseRange('172.16.0.0/12');
  return (
    prefix === 20 && ownNetwork !== null && isInRange(address, ownNetwork) && !existsSync('/sys/class/net/loopback0')
  );
}
