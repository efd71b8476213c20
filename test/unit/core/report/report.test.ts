/** The report for a bug says what is needed, and nothing that is private gets into it from any of its sources. */
import { mkdir, writeFile } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installationKind } from '../../../../app/core/report/installationKind';
import { bugReport, type ReportSources } from '../../../../app/core/report/report';
import { SETTING_NAMES, SETTINGS, type SettingsValues } from '../../../../app/shared/settings';
import { removeFolder, scratchFolder } from '../../../support/cli';
import { cliAccount } from '../../../support/rendererDev/demoAccounts';
import { demoKeys } from '../../../support/rendererDev/demoKeys';
import { topicValues } from '../../../support/rendererDev/services';

let dataDir: string;

beforeEach(async () => {
  dataDir = await scratchFolder();
  await mkdir(path.join(dataDir, 'logs'));
});
afterEach(() => removeFolder(dataDir));

const SECRET = 'cld_abcdefghijklmnopqrstuvwxyz0123456789';
const ADDRESS = '192.168.7.31';
const MAIL = 'ana@work.example';

function sources(change: Partial<ReportSources> = {}): ReportSources {
  const defaults = Object.fromEntries(SETTING_NAMES.map((name) => [name, SETTINGS[name].default])) as SettingsValues;
  const value: SettingsValues = {
    ...defaults,
    ...{ port: 8080, keepTexts: false, taskModel: 'haiku', theme: 'dark', trustContainers: true },
    ...{ cliPath: path.join(homedir(), 'secret-project/claude'), host: 'tower.example' },
    ...{ origins: ['https://chat.example.org'], hostNames: ['nas.example'], keylessRanges: [ADDRESS] },
  };
  const { server, cli, storage } = topicValues();
  return {
    ...{ dataDir, version: '0.1.0', server, storage },
    cli: {
      ...{ ...cli, version: '2.1.330', path: path.join(homedir(), '.local/bin/claude'), authMethod: 'claude.ai' },
      ...{ account: MAIL, processes: 'reused (self-test passed on 2.1.330)' },
      payer: { label: 'Claude Max', description: `Claude Max, ${MAIL}`, billing: 'plan' },
    },
    settings: { value, pinned: { port: 'PORT', trustContainers: 'X' }, changedForRun: ['trustContainers'] },
    keys: { keys: demoKeys(0).map((key) => ({ ...key, name: `Tablet of Ana ${key.id}` })), problem: null },
    accounts: { accounts: [cliAccount(), cliAccount({ id: 'w', name: 'Chess club' })], problem: null },
    ...change,
  };
}

async function writeLog(file: string, entries: readonly object[]): Promise<void> {
  await writeFile(path.join(dataDir, 'logs', file), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
}

const entry = (level: string, message: string, fields: object = {}) => ({
  time: '2026-11-27T05:41:12.482Z',
  level,
  message,
  ...fields,
});

test('the report has versions, state, payer, changed settings with their origin, and the last faults', async () => {
  await writeLog('claudacity.log', [entry('info', 'not a fault'), entry('error', 'the port is taken', { port: 8080 })]);
  const report = await bugReport(sources());
  for (const part of [
    '- Version: 0.1.0',
    `Node ${process.versions.node}`,
    '- CLI: claude 2.1.330, native installer',
    '- Signed in: claude.ai; accounts: 2',
    '- Paid by: Claude Max',
    '- Processes: reused (self-test passed on 2.1.330)',
    '- Problems: none',
    '- port: 8080 (set by PORT)',
    '- trustContainers: on (for this run)',
    '- keepTexts: off',
    '- taskModel: haiku',
    '- origins: 1 entry',
    '- cliPath: set',
    'error the port is taken port=8080',
  ])
    expect(report).toContain(part);
  expect(report).not.toContain('not a fault');
  expect(report).not.toContain('- keepDays');
});

test('nothing private gets into the report, from wherever it comes', async () => {
  await writeLog('claudacity.log', [
    entry('warn', `refused ${ADDRESS} with ${SECRET} for ${MAIL}`, {
      client: 'Tablet of Ana k3',
      account: 'Chess club',
    }),
    entry('error', 'no file', {
      file: path.join(homedir(), 'private/diary.txt'),
      host: hostname(),
      bind: 'tower.example',
    }),
    entry('error', 'failed', { error: `Error: https://nas.example/x\n    at ${homedir()}/secret.js:1` }),
    entry('warn', 'an origin', { origin: 'https://chat.example.org', header: `Bearer ${SECRET}` }),
  ]);
  const report = await bugReport(sources());
  for (const secret of [SECRET, ADDRESS, MAIL, homedir(), 'Ana', 'Chess club', 'nas.example', 'chat.example.org'])
    expect(report).not.toContain(secret);
  for (const secret of ['tower.example', 'secret-project', 'secret.js', `host=${hostname()}`])
    expect(report).not.toContain(secret);
});

test('the newest twenty faults are taken, from the older file where the newer has fewer', async () => {
  const faults = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => entry('warn', `fault ${from + index}.`));
  await writeLog('claudacity1.log', faults(1, 30));
  await writeLog('claudacity.log', faults(31, 5));
  const report = await bugReport(sources());
  expect(report.match(/fault \d+\./g)).toEqual(Array.from({ length: 20 }, (_, index) => `fault ${16 + index}.`));
});

test('without a log there is a report all the same', async () => {
  const report = await bugReport(sources({ dataDir: path.join(dataDir, 'missing') }));
  expect(report).toMatch(/errors of the log\nNone\./);
});

test.each([
  ['/home/a/.local/bin/claude', 'native installer'],
  ['/opt/homebrew/bin/claude', 'from Homebrew'],
  ['/home/a/.nvm/versions/node/v22/bin/claude', 'npm package of a Node version manager'],
  ['C:\\Users\\a\\AppData\\Roaming\\npm\\claude.cmd', 'npm package'],
  ['/usr/local/bin/claude', 'system-wide'],
  ['/srv/claude', 'at a place of its own'],
])('%s is %s', (file, kind) => {
  expect(installationKind(file)).toBe(kind);
});
