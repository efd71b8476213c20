/**
 * `serve` as a service of the user's systemd, on a Debian that is booted and rebooted: the real unit, the real CLI within the unit's limits. The tests
 * depend on each other and run in this order.
 */
import { createServer } from 'node:net';
import path from 'node:path';
import { Ollama } from 'ollama';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startOutput, statusOutput } from '../../app/command/output';
import { bundleCommand } from '../../build/bundle.mjs';
import { claudePath, cliEnvironment, removeFolder, scratchFolder } from '../support/cli';
import { gate, type MessagesApi, startMessagesApi, text } from '../support/messagesApi';
import { bootMachine, type Machine } from './support/machine';

const HOME = '/home/tester';
/** A folder with what paths may contain: units, shells and desktop entries give a meaning to each of these. */
const ODD = `${HOME}/Prögrämme & 100% "$HOME" 'x' \\t 你好`;
const UNIT = `${HOME}/.config/systemd/user/claudacity.service`;

let api: MessagesApi;
let machine: Machine;
let bundles: string;
let url: string;

beforeAll(async () => {
  api = await startMessagesApi();
  bundles = await scratchFolder();
  await bundleCommand(path.join(bundles, 'app'));
  await bundleCommand(path.join(bundles, 'service'), 'test/package/support/serviceProgram.ts');
  machine = await bootMachine(debianRoot(), {
    '/bundles': bundles,
    '/cli': path.dirname(claudePath()),
    '/node': path.dirname(process.execPath),
  });
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const { PATH: _, TMPDIR: __, ...env } = cliEnvironment(api, HOME);
  const variables = { ...env, HOST: '127.0.0.1', PORT: String(port), CLAUDE_PATH: '/cli/claude' };
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  await machine.run(`
    useradd --create-home --shell /bin/bash tester
    mkdir -p ${HOME}/.config/environment.d
    printf '%s\\n' ${lines.map(quote).join(' ')} > ${HOME}/.config/environment.d/test.conf
    cp -r /bundles/service ${HOME}/service
    cp -r /bundles/app ${quote(ODD)}
    ln -s /node/node ${quote(`${ODD}/node`)}
    chown -R tester: ${HOME}
  `);
}, 180_000);

test('without the right to linger, `install` does everything else and says who can switch it on', async () => {
  const { result } = await service('install', { mode: 'headless', linger: true });
  expect(result).toMatchObject({
    advice: [expect.stringContaining('`sudo loginctl enable-linger tester`')],
    state: { ...RUNNING, linger: false, problems: [expect.objectContaining({ code: 'no_linger' })] },
  });
  await service('uninstall');
});

afterAll(async () => {
  await machine?.remove();
  await api?.close();
  await removeFolder(bundles);
}, 120_000);

test('`install` writes a unit, starts it, and has it start without a login', async () => {
  // Every desktop has it: it lets users switch on their own lingering.
  await machine.run('apt-get -q update && apt-get -q -y install --no-install-recommends polkitd', 170_000);
  const { result } = await service('install', { mode: 'headless', linger: true });
  expect(result).toMatchObject({ changed: true, advice: [], state: RUNNING });
  expect(await asUser(`systemd-analyze --user verify ${UNIT} 2>&1`)).toBe('');
  // systemd has been told that it is ready.
  expect(await unitState('StatusText')).toBe(`Running on ${url}`);
}, 180_000);

test('a second `install` changes nothing', async () => {
  expect(await service('install', { mode: 'headless', linger: true })).toMatchObject({
    result: { changed: false, written: [], state: RUNNING },
  });
});

test('the CLI answers within the limits of the unit', async () => {
  await expectAnswer();
});

test('what systemd finds dead is started again', async () => {
  const pid = Number(await unitState('MainPID'));
  expect(pid).toBeGreaterThan(1);
  await machine.run(`kill -KILL ${pid}`);
  await expect.poll(() => unitState('MainPID')).not.toMatch(new RegExp(`^(${pid}|0)$`));
  await expectAnswer();
});

test('it answers after a reboot without anybody having logged in', async () => {
  await machine.reboot();
  await expectAnswer();
  expect(await machine.run('loginctl list-sessions --no-legend')).toBe('');
});

test('`status` tells who holds it', async () => {
  expect(await service('status')).toMatchObject({ result: RUNNING });
});

test('`stop` lets a running answer end, and leaves nothing of the database beside its file', async () => {
  const more = gate();
  api.answer(text('Hel'), more, text('lo'));
  const stream = await client().chat({ model: 'sonnet', messages: QUESTION, stream: true });
  const words: string[] = [];
  const reading = (async () => {
    for await (const { message } of stream) words.push(message.content);
  })();
  await expect.poll(() => words.join('')).toBe('Hel');
  const stopping = service('stop');
  await expect.poll(() => unitState('ActiveState')).toBe('deactivating');
  more.open();
  expect(await stopping).toMatchObject({ result: { ...RUNNING, running: false, pid: null, holder: 'none' } });
  await reading;
  expect(words.join('')).toBe('Hello');
  expect(await unitState('Result')).toBe('success');
  expect(await asUser('ls ~/.config/Claudacity | grep claudacity.db')).toBe('claudacity.db\n');
});

test('`start` and `restart` go through systemd', async () => {
  expect(await service('start')).toMatchObject({ result: RUNNING });
  const before = await unitState('MainPID');
  expect(await service('restart')).toMatchObject({ result: RUNNING });
  expect(await unitState('MainPID')).not.toBe(before);
  await expectAnswer();
});

test('a start that fails says why', async () => {
  await service('stop');
  await asUser(`mv ${quote(`${ODD}/cli.cjs`)} ${quote(`${ODD}/away.cjs`)}`);
  expect((await service('start')).error).toContain('Cannot find module');
  await asUser(`mv ${quote(`${ODD}/away.cjs`)} ${quote(`${ODD}/cli.cjs`)}`);
  expect(await service('start')).toMatchObject({ result: RUNNING });
});

test('`uninstall` leaves nothing but the data, and a second one does nothing', async () => {
  const { result } = await service('uninstall');
  expect(result).toMatchObject({
    removed: [UNIT, 'loginctl disable-linger'],
    state: { kind: 'none', installed: false, enabled: false, running: false, linger: false, problems: [] },
  });
  expect(await asUser('find ~ -name "*claudacity.service*"')).toBe('');
  expect(await asUser(`${BUS} systemctl --user list-unit-files --no-legend 'claudacity*' || true`)).toBe('');
  expect(await machine.run("pgrep -f '[c]li.cjs serve' || true")).toBe('');
  expect(await service('uninstall')).toMatchObject({ result: { removed: [] } });
});

test('the `claudacity` command does all of this from a terminal', async () => {
  const installed = { ...RUNNING, command: { program: '/node/node', args: [`${ODD}/cli.cjs`, 'serve'] } };
  expect(JSON.parse(await command('install', '--headless', '--linger', '--json'))).toMatchObject({
    changed: true,
    state: installed,
  });
  await expectAnswer();
  const pid = await unitState('MainPID');
  await command('restart');
  expect(await unitState('MainPID')).not.toMatch(new RegExp(`^(${pid}|0)$`));
  await command('stop');
  expect(await unitState('ActiveState')).toBe('inactive');
  await command('start');
  expect(await unitState('ActiveState')).toBe('active');
  await expectAnswer();
  expect(JSON.parse(await command('uninstall', '--json'))).toMatchObject({
    removed: [UNIT, 'loginctl disable-linger'],
    state: { kind: 'none', running: false },
  });
});

describe('what was changed by hand', () => {
  const install = () => command('install', '--headless', '--no-start', '--json');
  /** Exits with 3, because nothing runs. */
  const status = async (variables = '') => {
    const line = `${variables} /node/node ${quote(`${ODD}/cli.cjs`)} status --json 2>/dev/null || true`;
    const { service: state } = statusOutput.parse(JSON.parse(await asUser(line)));
    return { ...state, codes: state?.problems.map(({ code }) => code) };
  };
  const systemctl = (words: string) => asUser(`${BUS} systemctl --user ${words} 2>&1 || true`);

  beforeAll(install);
  afterAll(() => command('uninstall'));

  test.each([
    ['switched off', () => systemctl('disable claudacity.service'), ['disabled']],
    ['masked', () => asUser(`rm ${UNIT}; ${BUS} systemctl --user mask claudacity.service`), ['disabled', 'unreadable']],
    ['moved', () => asUser(`sed -i 's,/cli.cjs,/gone.cjs,' ${UNIT}`), ['entry_outdated']],
  ])('is told, and mended by install: %s', async (_what, change, codes) => {
    await change();
    expect((await status()).codes).toEqual(expect.arrayContaining(codes));
    await install();
    expect(await status()).toMatchObject({ enabled: true, codes: ['no_linger'] });
  });

  test('another data folder is not the service’s: start runs it beside', async () => {
    const other = 'CLAUDACITY_HOME=/home/tester/other PORT=0';
    expect((await status(other)).codes).toContain('other_data');
    const json = await asUser(`${other} /node/node ${quote(`${ODD}/cli.cjs`)} start --json`);
    const { pid } = startOutput.parse(JSON.parse(json));
    expect(await unitState('ActiveState')).toBe('inactive');
    expect(await status(other)).toMatchObject({ running: true, pid, holder: 'user' });
    await asUser(`${other} /node/node ${quote(`${ODD}/cli.cjs`)} stop`);
  });

  test('a service that has failed', async () => {
    await asUser(`sed -i 's,^ExecStart=.*,ExecStart=/bin/false,; s,^Restart=.*,Restart=no,' ${UNIT}`);
    await systemctl('daemon-reload');
    await systemctl('start claudacity.service');
    await expect.poll(() => unitState('ActiveState'), { timeout: 30_000 }).toBe('failed');
    expect((await status()).codes).toContain('failed');
  });

  test('a unit that was deleted leaves nothing after uninstall', async () => {
    await asUser(`rm ${UNIT}`);
    expect(await status()).toMatchObject({ kind: 'none', installed: false });
    await command('uninstall');
    expect(await asUser('find ~ -name "*claudacity.service*"')).toBe('');
  });
});

const QUESTION = [{ role: 'user', content: 'Say hello.' }];
const RUNNING = {
  kind: 'systemd-user',
  installed: true,
  enabled: true,
  running: true,
  pid: expect.any(Number),
  holder: 'systemd',
  entry: UNIT,
  command: { program: `${ODD}/node`, args: [`${ODD}/cli.cjs`, 'serve'] },
  linger: true,
  problems: [],
};
const BUS = 'XDG_RUNTIME_DIR=/run/user/$(id -u)';

async function expectAnswer(): Promise<void> {
  api.answer(text('Hello'));
  await expect.poll(async () => (await fetch(url).catch(() => undefined))?.status).toBe(200);
  const { message } = await client().chat({ model: 'sonnet', messages: QUESTION });
  expect(message.content).toBe('Hello');
}

function client(): Ollama {
  return new Ollama({ host: url });
}

function command(...words: string[]): Promise<string> {
  return asUser(`/node/node ${[`${ODD}/cli.cjs`, ...words].map(quote).join(' ')} 2>&1`);
}

/** In a login of its own, whose environment has no variables of the user's systemd: as with `su`. */
async function service(method: string, options = {}): Promise<{ result?: unknown; error?: string }> {
  const words = [method, JSON.stringify(options), `${ODD}/node`, `${ODD}/cli.cjs`].map(quote);
  return JSON.parse(await asUser(`/node/node ~/service/cli.cjs ${words.join(' ')}`));
}

async function unitState(property: string): Promise<string> {
  return (await asUser(`${BUS} systemctl --user show claudacity.service -p ${property} --value`)).trim();
}

function asUser(script: string): Promise<string> {
  return machine.run(`runuser -l tester -c ${quote(script)}`);
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** @throws if the test was not started by `npm run test:package` */
function debianRoot(): string {
  return z.object({ debian: z.string() }).parse(JSON.parse(process.env.CLAUDACITY_PACKAGES ?? '{}')).debian;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
