/** The addresses by which other computers may reach this one. */
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import type { LanAddress } from '../shared/connect/configFiles';

/** Bridges to containers and virtual machines, and tunnels of them: other computers are not behind these. */
const NOT_LAN = /^(docker|br-|veth|podman|cni|virbr|vboxnet|vmnet|vnet|lxc|lxd|flannel|calico)|^vEthernet/;

/** Private addresses first, because those are the ones that the other computers of a home or an office use. */
export function lanAddresses(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces()): LanAddress[] {
  return Object.entries(interfaces)
    .filter(([name]) => !NOT_LAN.test(name))
    .flatMap(([network, infos = []]) =>
      infos
        .filter(({ family, internal, address }) => family === 'IPv4' && !internal && !address.startsWith('169.254.'))
        .map(({ address }) => ({ address, network })),
    )
    .sort((a, b) => rank(a.address) - rank(b.address));
}

function rank(address: string): number {
  if (address.startsWith('192.168.')) return 0;
  if (/^(10\.|172\.(1[6-9]|2\d|3[01])\.)/.test(address)) return 1;
  return 2;
}
