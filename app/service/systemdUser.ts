/** `serve` under the user's systemd: the unit, whether it starts, and whether it does so without a login. */
import { existsSync } from 'node:fs';
import { lstat, readFile, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import path from 'node:path';
import type { EntryReading, ServiceEntry } from './entry';
import { configHome } from './login/xdgAutostart';
import { runProgram } from './runProgram';
import { type LaunchCommand, ServiceError, type ServiceProblem } from './serviceTypes';
import { readUnit, UNIT_NAME, unitText } from './systemdUnit';
import { writeWhole } from './writeWhole';

export interface SystemdUserOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  readonly command: LaunchCommand;
  readonly environment: Readonly<Record<string, string>>;
}

export interface SystemdUser extends ServiceEntry {
  /** Whether this user has a systemd that can be reached. */
  isAvailable(): Promise<boolean>;
  /** Whether the user's services start without a login; null where there is no systemd. */
  readLinger(): boolean | null;
}

/** The server has 60 s to start (systemdUnit.ts) and may extend the time that it has to stop. */
const START_MS = 90_000;
const STOP_MS = 3_700_000;

const LINGER_COMMAND = '`loginctl enable-linger`';

export function systemdUser(options: SystemdUserOptions): SystemdUser {
  const env = managerEnvironment(options.env);
  const file = path.join(configHome(env, options.home), 'systemd', 'user', UNIT_NAME);
  const systemctl = (args: readonly string[], timeoutMs?: number) =>
    runProgram('systemctl', ['--user', ...args], { env, ...(timeoutMs !== undefined && { timeoutMs }) });
  const mustRun = async (...args: string[]) => {
    const { code, stderr, stdout } = await systemctl(args, START_MS);
    if (code !== 0)
      throw new ServiceError(
        'command_failed',
        `\`systemctl --user ${args.join(' ')}\` failed: ${stderr.trim() || stdout.trim()}`,
      );
  };
  const text = () => readFile(file, 'utf8').catch(ignoreMissing);
  const properties = async () => {
    const { stdout } = await systemctl(['show', UNIT_NAME, '-p', 'ActiveState,SubState,MainPID,UnitFileState,Result']);
    return new Map(stdout.split('\n').map((line) => line.split('=', 2) as [string, string]));
  };
  const isAvailable = async () => (await systemctl(['show-environment'])).code === 0;

  const read = async (): Promise<EntryReading> => {
    const content = await text();
    const unit = content === undefined ? undefined : readUnit(content);
    const state = content === undefined ? new Map<string, string>() : await properties();
    const enabled = state.get('UnitFileState') === 'enabled';
    const isInstalled = content !== undefined;
    const pid = Number(state.get('MainPID') ?? 0);
    return {
      installed: isInstalled,
      enabled,
      entry: file,
      command: unit?.command ?? null,
      dataDir: unit?.dataDir ?? null,
      pid: pid > 0 ? pid : null,
      problems: isInstalled ? problemsOf(state, readLinger()) : [],
    };
  };

  return {
    kind: 'systemd-user',
    holder: 'systemd',
    isAvailable,
    readLinger,
    read,
    write: async ({ linger = false }) => {
      if (!(await isAvailable())) throw new ServiceError('no_manager', NO_MANAGER);
      const former = await text();
      const lingered = readLinger();
      const ownsLinger = former !== undefined && readUnit(former).ownsLinger;
      const written: string[] = [];
      const refusal = linger && !lingered ? await enableLinger(env) : undefined;
      const hasLingered = linger && !lingered && refusal === undefined;
      if (hasLingered) written.push('loginctl enable-linger');
      const next = unitText({ ...options, ownsLinger: ownsLinger || hasLingered });
      if (next !== former) {
        await writeWhole(file, next);
        written.push(file);
      }
      await mustRun('daemon-reload');
      if ((await properties()).get('UnitFileState') !== 'enabled') {
        await mustRun('enable', UNIT_NAME);
        written.push(`systemctl --user enable ${UNIT_NAME}`);
      }
      const advice = readLinger()
        ? []
        : [refusal ?? `It starts when you log in. To start it with the computer, run ${LINGER_COMMAND}.`];
      return { written, advice };
    },
    remove: async () => {
      const content = await text();
      // It is left where the unit was deleted by hand.
      const link = path.join(path.dirname(file), 'default.target.wants', UNIT_NAME);
      if (content === undefined) {
        if (!(await isLink(link))) return [];
        await rm(link);
        return [link];
      }
      const removed = [file];
      if (await isAvailable()) {
        await systemctl(['stop', UNIT_NAME], STOP_MS);
        await mustRun('disable', UNIT_NAME);
      }
      await rm(file, { force: true });
      // `disable` needs a manager; the link that it would remove is this.
      await rm(link, { force: true });
      await systemctl(['daemon-reload']);
      await systemctl(['reset-failed', UNIT_NAME]);
      if (readUnit(content).ownsLinger) {
        const { code } = await runProgram('loginctl', ['disable-linger'], { env });
        if (code === 0) removed.push('loginctl disable-linger');
      }
      return removed;
    },
    manager: {
      start: async () => {
        await systemctl(['reset-failed', UNIT_NAME]);
        const { code, stderr } = await systemctl(['start', UNIT_NAME], START_MS);
        if (code === 0) return;
        const { stdout } = await runProgram(
          'journalctl',
          ['--user', '-u', UNIT_NAME, '-n', '20', '-o', 'cat', '--no-pager'],
          { env },
        );
        throw new ServiceError('not_started', `systemd could not start it: ${stderr.trim()}\n${stdout.trim()}`);
      },
      stop: async () => {
        const { code, stderr } = await systemctl(['stop', UNIT_NAME], STOP_MS);
        if (code !== 0) throw new ServiceError('not_stopped', `systemd could not stop it: ${stderr.trim()}`);
      },
    },
  };
}

/** @returns why it was refused: not every system lets users decide this by themselves */
async function enableLinger(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { code, stderr } = await runProgram('loginctl', ['enable-linger'], { env });
  if (code === 0) return undefined;
  const byRoot = `\`sudo loginctl enable-linger ${userInfo().username}\``;
  return `It starts when you log in, not with the computer: ${stderr.trim() || 'loginctl is missing'}. Run ${byRoot}.`;
}

const NO_MANAGER =
  "The user's systemd cannot be reached. Log in as this user (not with `su`), or run `claudacity serve` from what starts programs here.";

/** After `su` or in cron the variables that lead to the user's systemd are missing, while it may run. */
function managerEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const folder = env.XDG_RUNTIME_DIR || `/run/user/${process.getuid?.() ?? 0}`;
  if (!existsSync(path.join(folder, 'systemd', 'private')) && !existsSync(path.join(folder, 'bus'))) return env;
  const bus = env.DBUS_SESSION_BUS_ADDRESS || `unix:path=${path.join(folder, 'bus')}`;
  return { ...env, XDG_RUNTIME_DIR: folder, DBUS_SESSION_BUS_ADDRESS: bus };
}

/** logind keeps a file for each user who lingers; `loginctl show-user` knows only users who are there. */
function readLinger(): boolean | null {
  if (!existsSync('/run/systemd/system')) return null;
  return existsSync(path.join('/var/lib/systemd/linger', userInfo().username));
}

function problemsOf(state: ReadonlyMap<string, string>, lingers: boolean | null): ServiceProblem[] {
  const problems: ServiceProblem[] = [];
  if (state.size === 0 || !state.has('ActiveState')) {
    problems.push({
      code: 'no_manager',
      message: "The user's systemd cannot be reached.",
      remedy: 'Log in as this user, not with `su`.',
    });
  }
  if (state.get('ActiveState') === 'failed') {
    problems.push({
      code: 'failed',
      message: `The service has failed (${state.get('Result')}).`,
      remedy: `\`journalctl --user -u ${UNIT_NAME}\` says why; \`claudacity start\` tries again.`,
    });
  }
  if (lingers === false) {
    problems.push({
      code: 'no_linger',
      message: 'It runs only while you are logged in.',
      remedy: `Run ${LINGER_COMMAND} to have it start with the computer.`,
    });
  }
  return problems;
}

async function isLink(file: string): Promise<boolean> {
  return (await lstat(file).catch(ignoreMissing))?.isSymbolicLink() ?? false;
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}
