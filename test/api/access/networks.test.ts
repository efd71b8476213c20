/** Peers as they are: another computer and containers in network namespaces, with the settings that let them in. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { text, usage } from '../../support/messagesApi';
import { noNamespaces, type OtherComputer, startOtherComputer } from '../../support/otherComputer';
import { send } from '../../support/send';
import { startTestApp, type TestApp } from '../../support/testApp';

const impossible = noNamespaces();

describe.skipIf(impossible !== null)(
  `peers in network namespaces${impossible === null ? '' : ` (skipped: ${impossible})`}`,
  () => {
    let app: TestApp;
    let neighbour: OtherComputer;
    let container: OtherComputer;

    beforeAll(async () => {
      app = await startTestApp({ env: { HOST: undefined } });
      neighbour = await startOtherComputer();
      container = await startOtherComputer({ bridge: 'br-' });
      // The interfaces are read at most once a second.
      await new Promise((resolve) => setTimeout(resolve, 1_100));
    });
    afterAll(async () => {
      await Promise.all([neighbour?.end(), container?.end(), app?.stop()]);
    });

    const at = (host: string, path = '/api/version') =>
      `http://${host.includes(':') ? `[${host}]` : host}:${app.port}${path}`;
    const message = ({ text: body }: { text: string }): string => JSON.parse(body).error;

    test('a container is refused with the words for its place, and answered once the switch is on', async () => {
      for (const host of [container.hostIpv4, container.hostIpv6]) {
        const refused = await container.send(at(host));
        expect(refused.status).toBe(403);
        expect(message(refused)).toMatch(/container.*--network=host.*“Containers on this computer”.*API key/);
      }
      const knock = app.core.snapshot().knocks.find(({ address }) => address === container.ipv4);
      expect(knock).toMatchObject({ from: 'container', remedies: [{ setting: 'trustContainers', value: true }] });

      app.core.calls['knocks.allow'](knock?.id ?? '', 'trustContainers');

      app.api.answer(text('Hello from outside.'), usage({ output: 3 }));
      const body = JSON.stringify({ model: 'sonnet', prompt: 'Hi.', stream: false });
      const answered = await container.send(at(container.hostIpv4, '/api/generate'), { body });
      expect([answered.status, JSON.parse(answered.text).response]).toEqual([200, 'Hello from outside.']);
      expect((await container.send(at(container.hostIpv6))).status).toBe(200);
      // Through the host's address in another network, the connection is still the container's.
      expect((await container.send(at(neighbour.hostIpv4))).status).toBe(200);
      await app.core.calls['settings.change']({ trustContainers: false });
      expect((await container.send(at(container.hostIpv4))).status).toBe(403);
    });

    test('another computer is refused, whatever it claims, and answered once its address is listed', async () => {
      await app.core.calls['settings.change']({ trustContainers: true });
      for (const host of [neighbour.hostIpv4, neighbour.hostIpv6, container.hostIpv4]) {
        const headers = {
          'x-forwarded-for': '127.0.0.1',
          forwarded: 'for=127.0.0.1',
          'x-real-ip': '::1',
          host: 'localhost',
        };
        const refused = await neighbour.send(at(host), { headers });
        expect(refused.status).toBe(403);
        expect(message(refused)).toMatch(/another computer \(198\.18\.|another computer \(fd5c:/);
      }
      await app.core.calls['settings.change']({ trustContainers: false });
      const knock = app.core.snapshot().knocks.find(({ address }) => address === neighbour.ipv4);
      expect(knock).toMatchObject({ from: 'network', remedies: [{ setting: 'keylessRanges', value: neighbour.ipv4 }] });

      app.core.calls['knocks.allow'](knock?.id ?? '', 'keylessRanges');

      expect((await neighbour.send(at(neighbour.hostIpv4))).status).toBe(200);
      expect((await neighbour.send(at(neighbour.hostIpv6))).status).toBe(403);
      await app.core.calls['settings.change']({ keylessRanges: [] });
      expect((await neighbour.send(at(neighbour.hostIpv4))).status).toBe(403);
    });

    test('a bridge that joins a network of other computers is not one of containers', async () => {
      await app.core.calls['settings.change']({ trustContainers: true });
      const nameOf = (address: string): string =>
        JSON.parse(execFileSync('ip', ['-j', 'addr', 'show', 'to', address], { encoding: 'utf8' }))[0].ifname;
      const bridge = nameOf(container.hostIpv4);
      const port = `${bridge.slice(-6)}v`;
      execFileSync('ip', ['link', 'add', 'link', nameOf(neighbour.hostIpv4), 'name', port, 'type', 'macvlan']);
      try {
        execFileSync('ip', ['link', 'set', port, 'master', bridge]);
        await expect
          .poll(async () => (await container.send(at(container.hostIpv4))).status, { timeout: 5_000 })
          .toBe(403);
      } finally {
        execFileSync('ip', ['link', 'del', port]);
      }
      await expect
        .poll(async () => (await container.send(at(container.hostIpv4))).status, { timeout: 5_000 })
        .toBe(200);
      await app.core.calls['settings.change']({ trustContainers: false });
    });

    test('a program of this computer needs no key on its network addresses, unless the switch is off', async () => {
      for (const host of [neighbour.hostIpv4, container.hostIpv6]) {
        expect((await send(at(host))).status).toBe(200);
        await app.core.calls['settings.change']({ trustOwnAddresses: false });
        const refused = await send(at(host));
        expect([refused.status, message(refused)]).toEqual([
          403,
          expect.stringContaining(`use http://127.0.0.1:${app.port}`),
        ]);
        await app.core.calls['settings.change']({ trustOwnAddresses: true });
      }
    });

    test('one call closes the server to all but this computer', async () => {
      await app.core.calls['settings.change']({ host: '127.0.0.1' });
      const { server } = app.core.snapshot();
      const url = `http://${neighbour.hostIpv4}:${server.port}/api/version`;
      await expect(neighbour.send(url)).rejects.toThrow('ECONNREFUSED');
      expect((await send(`http://127.0.0.1:${server.port}/api/version`)).status).toBe(200);
      for (const [host, shown] of [
        ['::1', 'http://[::1]'],
        ['::', 'http://127.0.0.1'],
        ['0.0.0.0', 'http://127.0.0.1'],
      ] as const) {
        await app.core.calls['settings.change']({ host });
        const { url: reachable, phase } = app.core.snapshot().server;
        expect([phase, reachable.replace(/:\d+$/, '')]).toEqual(['running', shown]);
        expect((await send(`${reachable}/api/version`)).status).toBe(200);
      }
    });
  },
);
