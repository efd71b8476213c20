import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { listenerInNetstat, listeningInodes, portHolder } from '../../../app/core/portHolder';

test.runIf(process.platform === 'linux')('the program that listens on a port is named', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await portHolder(port)).toMatch(/\S/);
  server.close();
  await once(server, 'close');
  expect(await portHolder(port)).toBeUndefined();
});

test('of the sockets of a port, only the one that listens counts', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:57A2 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1',
    '   1: 0100007F:57A2 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 4712 1',
    '   2: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1',
  ].join('\n');
  expect(listeningInodes(table, 22_434)).toEqual(['4711']);
});

test('the process is read from the output of netstat, whatever the language', () => {
  const output = [
    '  Proto  Lokale Adresse         Remoteadresse          Status           PID',
    '  TCP    0.0.0.0:2243           0.0.0.0:0              ABHÖREN          1',
    '  TCP    127.0.0.1:22434        127.0.0.1:50000        HERGESTELLT      2',
    '  TCP    0.0.0.0:22434          0.0.0.0:0              ABHÖREN          4711',
  ].join('\r\n');
  expect(listenerInNetstat(output, 22_434)).toBe('4711');
  expect(listenerInNetstat(output, 80)).toBeUndefined();
});
