/** Which peers count as programs on this computer. */
import { parseIpAddress } from './ipAddress';

/** Whether the IP address is a loopback address. */
export function isLoopback(address: string): boolean {
  return parseIpAddress(address)?.range() === 'loopback';
}
