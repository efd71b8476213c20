/**
 * The login item of Windows: a value of the Run key, written by auto-launch, and what the Task Manager notes about it.
 *
 * auto-launch derives the entry's name from the program's path and accepts no arguments, so its options are set directly. It reads English
 * words of reg.exe, which other languages have others for, and does not know that the user can switch an entry off. So it writes alone: what
 * there is, is read here from an export, a file in UTF-16 that is the same in every language. What `reg query` prints is in the console's code page,
 * which has no letters of other alphabets.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import AutoLaunch from 'auto-launch';
import { runProgram } from '../runProgram';
import { type LaunchCommand, ServiceError } from '../serviceTypes';
import { HIDDEN } from './launchCommand';
import type { LoginItemEntry } from './loginItem';

/** build/windows/installer.nsh removes the values of this name. */
const NAME = 'Claudacity';
const RUN_KEY = String.raw`HKCU\Software\Microsoft\Windows\CurrentVersion\Run`;
/** Where the Task Manager and the system's settings note that an entry is switched off. */
const APPROVED_KEY = String.raw`HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run`;

export function windowsRun(env: NodeJS.ProcessEnv, command: LaunchCommand): LoginItemEntry {
  const autoLaunch = Object.assign(new AutoLaunch({ name: NAME, path: command.program }), {
    opts: { appName: NAME, appPath: innerCommandLine(command), isHiddenOnLaunch: true, mac: { useLaunchAgent: true } },
  });
  const read = async () => {
    const [value, approval] = await Promise.all([readValue(RUN_KEY, env), readValue(APPROVED_KEY, env)]);
    const entry = `${RUN_KEY}\\${NAME}`;
    return {
      installed: value !== undefined,
      enabled: value !== undefined && !isSwitchedOff(approval),
      needsApproval: false,
      entry,
      command: value === undefined ? null : readCommandLine(value),
    };
  };
  return {
    read,
    enable: async () => {
      await autoLaunch.enable();
      const approval = await readValue(APPROVED_KEY, env);
      if (approval !== undefined) await deleteValue(APPROVED_KEY, env);
      if (!(await read()).enabled) throw new ServiceError('command_failed', NOT_SWITCHED);
    },
    disable: async () => {
      for (const key of [RUN_KEY, APPROVED_KEY])
        if ((await readValue(key, env)) !== undefined) await deleteValue(key, env);
    },
  };
}

const NOT_SWITCHED =
  'Windows did not take the change. Look at Settings › Apps › Startup, or ask who administers this computer.';

/** For the registry, without the outermost quotes, which auto-launch adds. A Windows path cannot hold a quote. */
export function innerCommandLine({ program, args }: LaunchCommand): string {
  return [program, ...args].join('" "');
}

/** The program and arguments of a Run value, without `--hidden`. */
export function readCommandLine(value: string): LaunchCommand | null {
  const [program, ...args] = [...value.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  if (!program) return null;
  return { program, args: args.filter((argument) => argument !== HIDDEN) };
}

/** The data of our value in an export: `"Name"="text"` with a backslash before each backslash and quote, or `"Name"=hex:03,00,…`. */
export function valueIn(exported: string): string | undefined {
  for (const line of exported.split(/\r?\n/)) {
    const [, name, text, bytes] = /^"((?:\\.|[^"\\])*)"=(?:"((?:\\.|[^"\\])*)"|hex(?:\(\w+\))?:(.*))$/.exec(line) ?? [];
    if (name === NAME) return text?.replace(/\\(.)/g, '$1') ?? bytes;
  }
  return undefined;
}

/** The first byte is odd in what is switched off: 03 by the user, 07 by a policy or the system's settings. */
export function isSwitchedOff(approval: string | undefined): boolean {
  return approval !== undefined && Number.parseInt(approval.slice(0, 2), 16) % 2 === 1;
}

/** Undefined where there is no such value. @throws ServiceError where the registry cannot be read */
async function readValue(key: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const folder = await mkdtemp(path.join(tmpdir(), 'claudacity-registry-'));
  try {
    const file = path.join(folder, 'export.reg');
    const { code, stderr } = await runProgram('reg.exe', ['export', key, file, '/y'], { env });
    if (code === 0) return valueIn(await readFile(file, 'utf16le'));
    // Exit code 1 is that of a missing key, and of every fault.
    if (code === 1) return undefined;
    throw new ServiceError('command_failed', `The registry cannot be read: ${stderr.trim()}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function deleteValue(key: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { code, stderr } = await runProgram('reg.exe', ['delete', key, '/v', NAME, '/f'], { env });
  if (code !== 0 && (await readValue(key, env)) !== undefined)
    throw new ServiceError('command_failed', `${NOT_SWITCHED} ${stderr.trim()}`);
}
