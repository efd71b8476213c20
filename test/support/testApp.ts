/** Starts the whole app without its window, on a free port of 127.0.0.1, with the real CLI and the mocked Messages API. */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BodyLimits } from '../../app/api/http/body/jsonBody';
import type { ClaudeTimes } from '../../app/claude/claude';
import { type Core, createCore } from '../../app/core';
import { openConfFile } from '../../app/settings/confFile';
import { openSettings, type Settings } from '../../app/settings/settings';
import {
  type Account,
  claudePath,
  cliEnvironment,
  type LeftoverProcess,
  leftoverProcesses,
  removeFolder,
  scratchFolder,
} from './cli';
import { storeSelfTest } from './knownSelfTest';
import { type MessagesApi, type MessagesApiOptions, startMessagesApi } from './messagesApi';
import { type RecordingLog, recordingLog } from './recordingLog';

/** How the app differs from one that is started for the first time. */
export interface TestAppOptions {
  /** How the CLI is signed in. Default `api-key`. */
  account?: Account;
  /** Environment variables that are added to those of `cliEnvironment`; undefined removes one. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Settings to change before the app starts. */
  settings?: Parameters<Settings['change']>[0];
  /** A folder of the test, to start the app on the data of an earlier one. `stop` does not remove it. */
  home?: string;
  api?: MessagesApiOptions;
  /** Deadlines of the CLI that differ from the default ones. */
  claudeTimes?: Partial<ClaudeTimes>;
  /** Whether a process is started to read the models' context windows. Default false: it would slow down every test. */
  measuresModels?: boolean;
  /** Whether the result of the self-test is known when the app starts. Default true: the test would run beside every other test. */
  knowsSelfTest?: boolean;
  /** How long a client may read nothing, in ms. */
  readerTimeoutMs?: number;
  /** Whether the mocked API counts as Anthropic's own instead of a gateway, which matters to who pays. Default false. */
  isAnthropicsApi?: boolean;
  /** Limits of request bodies that differ from the default ones. */
  bodyLimits?: Partial<BodyLimits>;
}

/** A running app. */
export interface TestApp {
  /** `http://127.0.0.1:…` */
  readonly url: string;
  readonly port: number;
  readonly api: MessagesApi;
  readonly core: Core;
  readonly settings: Settings;
  readonly log: RecordingLog;
  /** The CLI's home folder. */
  readonly home: string;
  /** The app's data folder, `data` in `home`. */
  readonly dataDir: string;
  /** Stops the app and the mock, kills leftover processes and removes `home`; only once. @throws if a process was left over */
  stop(): Promise<void>;
}

/** Resolves when the server listens. @throws if it does not; everything has been stopped then */
export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const api = await startMessagesApi(options.api);
  const home = options.home ?? (await scratchFolder());
  const dataDir = path.join(home, 'data');
  const env = definedOnly({
    ...cliEnvironment(api, home, options.account),
    CLAUDE_PATH: claudePath(),
    HOST: '127.0.0.1',
    PORT: '0',
    ...options.env,
  });
  const { knowsSelfTest = true } = options;
  if (knowsSelfTest) await storeSelfTest(path.join(dataDir, 'selfTest.json'), env.CLAUDE_PATH);
  const log = recordingLog();
  const settings = openSettings({ file: openConfFile(dataDir, log), log, env });
  // Tests that end in the middle of an answer need not wait for it.
  settings.change({ stopGraceSeconds: 0, ...options.settings });
  const core = await createCore({
    dataDir,
    settings,
    log,
    version: '0.0.0-test',
    env,
    claudeTimes: options.claudeTimes,
    measuresModels: options.measuresModels ?? false,
    apiHosts: options.isAnthropicsApi ? [new URL(api.url).host] : undefined,
    readerTimeoutMs: options.readerTimeoutMs,
    bodyLimits: options.bodyLimits,
  });

  let stopped: Promise<void> | undefined;
  const stopAll = async () => {
    await core.stop();
    await api.close();
    const left = await stillRunning(home);
    for (const { pid } of left) process.kill(pid, 'SIGKILL');
    if (options.home === undefined) await removeFolder(home);
    if (left.length > 0)
      throw new Error(`Left running: ${left.map(({ pid, command }) => `${pid} ${command}`).join('; ')}`);
  };
  const stop = () => {
    stopped ??= stopAll();
    return stopped;
  };

  await core.start();
  const { server } = core.snapshot();
  if (server.phase !== 'running' && settings.value.startServer) {
    await stop();
    throw new Error(`The server is ${server.phase}: ${server.problem?.message ?? 'no reason given'}`);
  }
  return { url: server.url, port: server.port, api, core, settings, log, home, dataDir, stop };
}

function definedOnly(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** Waits up to two seconds for the processes of `home` to exit: those that a killed process had started need a moment. */
async function stillRunning(home: string): Promise<LeftoverProcess[]> {
  for (let attempt = 0; attempt < 40; attempt += 1) {
    const left = await leftoverProcesses(home);
    if (left.length === 0) return [];
    await sleep(50);
  }
  return leftoverProcesses(home);
}
