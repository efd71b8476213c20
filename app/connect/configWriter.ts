/**
 * Writes the server's address into the configuration files of other programs, once the user has seen the change, and undoes it.
 *
 * Who could misuse it: somebody who can make the window's calls. They name a program of a fixed list, never a path, and neither the address
 * nor any other text but a model's name and an API key, whose forms the contract checks. So the worst that can be written is that one of these
 * programs asks this server. The files of the user are read, but nothing of them leaves this computer; the window gets the lines around a change.
 */
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createTwoFilesPatch } from 'diff';
import {
  CONFIG_PROGRAMS,
  type ConfigFileState,
  type ConfigPreview,
  type ConfigProgram,
} from '../shared/connect/configFiles';
import { errorText } from '../shared/errorText';
import { ConfigError } from './configError';
import { backUp, type ConfigFile, changedError, contentHash, readConfigFile, replaceConfigFile } from './configFile';
import { changeText } from './formats/format';
import { type ConfigValues, PROGRAM_FILES } from './programs';
import { openWriteLog, type WriteRecord } from './writeLog';

export interface ConfigWriterOptions {
  /** The variables that name the home folder and the programs' own folders. */
  readonly env: NodeJS.ProcessEnv;
  /** Where the writes are remembered. */
  readonly logFile: string;
  /** After that, a call gives up waiting for the disk. Default 10 s. */
  readonly timeoutMs?: number;
  readonly now?: () => Date;
}

/** All methods reject with `ConfigError`. Calls for one program run one after another. */
export interface ConfigWriter {
  /** Of all programs. A file that cannot be read is shown as one that exists. */
  states(): Promise<ConfigFileState[]>;
  preview(program: ConfigProgram, values: ConfigValues): Promise<ConfigPreview>;
  /** Does what the preview with this token has shown, with the same values, after a backup. */
  write(program: ConfigProgram, values: ConfigValues, token: string): Promise<ConfigFileState>;
  /** Puts back what was there before the latest write. Refuses where the file was changed since. */
  undo(program: ConfigProgram): Promise<ConfigFileState>;
}

const TIMEOUT_MS = 10_000;

export function createConfigWriter({
  env,
  logFile,
  timeoutMs = TIMEOUT_MS,
  now = () => new Date(),
}: ConfigWriterOptions): ConfigWriter {
  const home = homeFolder(env);
  const log = openWriteLog(logFile);
  let queue: Promise<unknown> = Promise.resolve();

  /** One after another, because all of them change the log. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = queue.then(() => atMost(work(), timeoutMs));
    queue = result.catch(() => undefined);
    return result;
  }

  const pathOf = (program: ConfigProgram) => PROGRAM_FILES[program].path(env, home);
  const nameOf = (file: string) => (isInside(file, home) ? path.join('~', path.relative(home, file)) : file);

  async function state(program: ConfigProgram): Promise<ConfigFileState> {
    const file = pathOf(program);
    const name = nameOf(file);
    const latest = await log.latest(program);
    const current = await readConfigFile(file, name).catch(() => undefined);
    const canUndo = latest !== undefined && current !== undefined && isAsWritten(current, latest);
    return {
      program,
      file: name,
      exists: current?.content !== null,
      written: latest ? { at: latest.at, backup: latest.backup, canUndo } : null,
    };
  }

  async function plan(program: ConfigProgram, values: ConfigValues): Promise<Plan> {
    const { format, changes, refusal, title } = PROGRAM_FILES[program];
    const file = pathOf(program);
    const name = nameOf(file);
    const current = await readConfigFile(file, name);
    const refused = current.content === null ? refusal?.(file) : undefined;
    if (refused !== undefined) throw new ConfigError('invalid', refused);
    const text = current.content ?? '';
    try {
      const wanted = changeText(format, text, changes(format.parse(text.replace(/^\uFEFF/, '')), values));
      const token = contentHash(`${contentHash(current.content)} ${contentHash(wanted)}`);
      return { current, name, wanted, token };
    } catch (error) {
      const reason = errorText(error).replaceAll(/\s+/g, ' ');
      throw new ConfigError(
        'invalid',
        `${name} cannot be changed: ${reason}. ${title} may not be able to read it either; mend it, or change it by hand.`,
        { cause: error },
      );
    }
  }

  return {
    states: () => inTurn(() => Promise.all(CONFIG_PROGRAMS.map(state))),
    preview: (program, values) =>
      inTurn(async () => {
        const { current, name, wanted, token } = await plan(program, values);
        return {
          program,
          file: name,
          exists: current.content !== null,
          diff: wanted === current.content ? '' : unifiedDiff(name, current.content ?? '', wanted),
          token,
        };
      }),
    write: (program, values, token) =>
      inTurn(async () => {
        const { current, name, wanted, token: valid } = await plan(program, values);
        if (token !== valid) throw changedError(name);
        if (wanted === current.content) return state(program);
        const at = now();
        const backup = current.content === null ? null : await backUp(current.target, at, name);
        const record = { program, target: current.target, at: at.getTime(), backup, hash: contentHash(wanted) };
        // First, so that a write is never without its record.
        await log.add(record);
        try {
          await replaceConfigFile(current, wanted, name);
        } catch (error) {
          await log.remove(record);
          if (backup !== null) await rm(beside(current.target, backup), { force: true });
          throw error;
        }
        return state(program);
      }),
    undo: (program) =>
      inTurn(async () => {
        const latest = await log.latest(program);
        const name = nameOf(pathOf(program));
        if (!latest) throw new ConfigError('nothing', `Nothing that was written into ${name} can be undone.`);
        const current = await readConfigFile(latest.target, name);
        if (!isAsWritten(current, latest)) {
          const hint = latest.backup === null ? '' : ` What was there before is in ${latest.backup} beside it.`;
          throw new ConfigError('changed', `${name} was changed since, so it is left alone.${hint}`);
        }
        if (latest.backup === null) {
          await rm(latest.target);
        } else {
          const backup = await readConfigFile(beside(latest.target, latest.backup), latest.backup);
          if (backup.content === null) throw new ConfigError('nothing', `The backup ${latest.backup} is gone.`);
          await replaceConfigFile(current, backup.content, name);
          await rm(backup.target);
        }
        await log.remove(latest);
        return state(program);
      }),
  };
}

interface Plan {
  readonly current: ConfigFile;
  readonly name: string;
  readonly wanted: string;
  readonly token: string;
}

function isAsWritten(current: ConfigFile, { target, hash }: WriteRecord): boolean {
  return current.target === target && contentHash(current.content) === hash;
}

function beside(target: string, name: string): string {
  return path.join(path.dirname(target), name);
}

/** Without the header, which would name the file twice. */
function unifiedDiff(name: string, before: string, after: string): string {
  const patch = createTwoFilesPatch(name, name, before, after, '', '', { context: 3 });
  return patch.slice(patch.indexOf('@@'));
}

function homeFolder(env: NodeJS.ProcessEnv): string {
  return (process.platform === 'win32' ? env.USERPROFILE : env.HOME) || os.homedir();
}

function isInside(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
}

/** A network drive may never answer. */
function atMost<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new ConfigError('timeout', 'The disk does not answer. Try again later.')),
      timeoutMs,
    );
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
