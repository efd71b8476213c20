/** Every row of table.md, sent to the real server. */
import { hostname, networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NewKey } from '../../../app/shared/access/keys';
import type { CallArguments } from '../../../app/shared/contract';
import { noNamespaces, type OtherComputer, startOtherComputer } from '../../support/otherComputer';
import { type HttpAnswer, type SendOptions, send } from '../../support/send';
import { startTestApp, type TestApp } from '../../support/testApp';
import { type AccessRow, readAccessTable } from './accessTable';

const { sentences, groups } = readAccessTable();
const impossible = noNamespaces();

let app: TestApp;
let neighbour: OtherComputer | undefined;
let container: OtherComputer | undefined;
const secrets = new Map<string, string>();

beforeAll(async () => {
  app = await startTestApp({ env: { HOST: undefined } });
  if (impossible === null) {
    neighbour = await startOtherComputer();
    container = await startOtherComputer({ bridge: 'br-' });
    // The interfaces are read at most once a second.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
  }
  const make = (name: string, fields: Partial<NewKey> = {}) => {
    const { apiKey, secret } = app.core.calls['keys.create']({ name, ...fields });
    secrets.set(name, secret);
    return apiKey;
  };
  make('valid', { inUrl: true });
  make('not in URLs');
  app.core.calls['keys.revoke'](make('revoked').id);
  make('expired', { expiresAt: 1 });
  make('metrics', { scopes: ['metrics'] });
  make('over limit', { requestsPerMinute: 1 });
  secrets.set('unknown', `cld_${'x'.repeat(43)}`);
  await send(`http://127.0.0.1:${app.port}/v1/models`, { headers: { 'x-api-key': secrets.get('over limit') } });
});
afterAll(async () => {
  await Promise.all([neighbour?.end(), container?.end(), app?.stop()]);
});

/** What each heading of the table says. */
const SETTINGS: Record<string, () => CallArguments<'settings.change'>[0]> = {
  default: () => ({}),
  'containers on': () => ({ trustContainers: true }),
  'own addresses off': () => ({ trustOwnAddresses: false }),
  'range of the other computer': () => ({
    keylessRanges: [neighbour?.ipv4, neighbour?.ipv6].filter((ip) => ip !== undefined),
  }),
  'names and origins': () => ({
    hostNames: ['nas.example', '192.0.2.200'],
    origins: ['https://chat.example', 'https://*.chat.example', 'http://nas:*', 'chrome-extension://abc'],
  }),
};
const UNCHANGED = { trustContainers: false, trustOwnAddresses: true, keylessRanges: [], hostNames: [], origins: [] };

/** An address of a network interface, for machines without namespaces. */
const own = (family: string) =>
  Object.values(networkInterfaces())
    .flatMap((infos) => infos ?? [])
    .find((info) => info.family === family && !info.internal && !info.address.startsWith('fe80'))?.address;

interface Dialled {
  from: string;
  /** The address that is connected to. */
  to: string | undefined;
  send: (url: string, options?: SendOptions) => Promise<HttpAnswer>;
}

function dial(peer: string): Dialled | undefined {
  const from = (computer: OtherComputer | undefined, to: 'hostIpv4' | 'hostIpv6') =>
    computer && { from: to === 'hostIpv4' ? computer.ipv4 : computer.ipv6, to: computer[to], send: computer.send };
  switch (peer) {
    case 'loopback v4':
      return { from: '', to: '127.0.0.1', send };
    case 'loopback v6':
      return { from: '', to: '::1', send };
    case 'loopback mapped':
      return { from: '', to: '::ffff:127.0.0.1', send };
    case 'own address v4':
      return { from: '', to: neighbour?.hostIpv4 ?? own('IPv4'), send };
    case 'own address v6':
      return { from: '', to: neighbour?.hostIpv6 ?? own('IPv6'), send };
    case 'other computer v4':
      return from(neighbour, 'hostIpv4');
    case 'other computer v6':
      return from(neighbour, 'hostIpv6');
    case 'other computer v4, bridge address':
      return neighbour && { from: neighbour.ipv4, to: container?.hostIpv4, send: neighbour.send };
    case 'container v4':
      return from(container, 'hostIpv4');
    case 'container v6':
      return from(container, 'hostIpv6');
    default:
      throw new Error(`table.md names the peer ${peer}`);
  }
}

/** The header and the start of the path with the key. */
function keyParts(key: string): { headers: Record<string, string>; prefix: string } {
  const secret = (name: string) => secrets.get(name) ?? '';
  const basic = (value: string) => `Basic ${Buffer.from(`any:${value}`).toString('base64')}`;
  const bearer = (value: string) => ({ headers: { authorization: `Bearer ${value}` }, prefix: '' });
  switch (key) {
    case 'none':
      return { headers: {}, prefix: '' };
    case 'placeholder':
      return bearer('ollama');
    case 'valid in x-api-key':
      return { headers: { 'x-api-key': secret('valid') }, prefix: '' };
    case 'valid in Basic':
      return { headers: { authorization: basic(secret('valid')) }, prefix: '' };
    case 'valid in URL':
      return { headers: {}, prefix: `/k/${secret('valid')}` };
    case 'valid, not for URLs, in URL':
      return { headers: {}, prefix: `/k/${secret('not in URLs')}` };
    case 'of scope metrics':
      return bearer(secret('metrics'));
    default:
      expect(secrets.has(key)).toBe(true);
      return bearer(secret(key));
  }
}

function filledIn(text: string, { from }: { from: string }): string {
  const outside = neighbour?.hostIpv4 ?? own('IPv4') ?? '127.0.0.1';
  return text
    .replaceAll('HOSTNAME', hostname())
    .replaceAll('PORT', String(app.port))
    .replaceAll('OWN', outside)
    .replaceAll('PEER', from);
}

/** Sends a row's request and returns what the table says of the answer, and what was answered. */
async function answerOf(row: AccessRow, dialled: Dialled) {
  const { to = '' } = dialled;
  const [method = '', path = ''] = row.request.split(' ');
  const { headers, prefix } = keyParts(row.key);
  const host = row.host === 'as dialled' ? undefined : filledIn(row.host, dialled);
  const origin = row.origin === '–' ? undefined : filledIn(row.origin, dialled);
  const url = `http://${to.includes(':') ? `[${to}]` : to}:${app.port}${prefix}${path}`;
  const body = method === 'POST' ? '{}' : undefined;
  const {
    status,
    text,
    headers: answered,
  } = await dialled.send(url, {
    method,
    headers: { ...headers, ...(host !== undefined && { host }), ...(origin !== undefined && { origin }) },
    ...(body !== undefined && { body }),
  });
  const sentence = filledIn(sentences.get(row.sentence) ?? '', dialled)
    .replace(/\bHOST\b/g, host ?? '')
    .replace(/\bORIGIN\b/g, origin ?? '');
  return { status, text, sentence, allowedOrigin: answered['access-control-allow-origin'], origin };
}

function messageOf(body: string): string {
  const { error } = JSON.parse(body);
  const message: string = typeof error === 'string' ? error : error.message;
  return message.replace(/\d{4}-\d{2}-\d{2}/g, 'DAY').replace(/in \d+ s$/, 'in N s');
}

test('the table has at least 200 rows, none twice, and every sentence is in use', () => {
  const rows = groups.flatMap(({ settings, rows }) => rows.map((row) => JSON.stringify([settings, row])));
  expect(rows.length).toBeGreaterThanOrEqual(200);
  expect(new Set(rows).size).toBe(rows.length);
  const used = new Set(groups.flatMap(({ rows }) => rows.map(({ sentence }) => sentence)));
  expect([...sentences.keys()].filter((name) => !used.has(name))).toEqual([]);
});

describe.each(groups)('settings: $settings', ({ settings, rows }) => {
  beforeAll(async () => {
    await app.core.calls['settings.change']({ ...UNCHANGED, ...SETTINGS[settings]?.() });
  });

  test.for(rows)(
    '$peer, Host $host, Origin $origin, key $key: $request is answered $status $sentence',
    async (row, { skip }) => {
      const dialled = dial(row.peer);
      if (dialled === undefined) return skip(impossible ?? 'there is no other computer');
      if (dialled.to === undefined) return skip('this computer has no such address');
      const { status, text, sentence, allowedOrigin, origin } = await answerOf(row, dialled);
      expect(status).toBe(row.status);
      if (row.sentence !== '–') expect(messageOf(text)).toBe(sentence);
      // A page can read the answer only if its origin is allowed.
      if (row.sentence === '–') expect(allowedOrigin).toBe(origin);
      if (row.sentence.endsWith('origin')) expect(allowedOrigin).toBeUndefined();
    },
  );
});

test('no row has reached the API', () => {
  expect(app.api.requests).toHaveLength(0);
});
