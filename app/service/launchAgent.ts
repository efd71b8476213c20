/** Property lists of launchd, for `serve` and for an app that macOS does not accept as a login item, and what launchctl says of them. */
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { runProgram } from './runProgram';
import type { LaunchCommand } from './serviceTypes';
import { writeWhole } from './writeWhole';

export interface LaunchAgentOptions {
  readonly label: string;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
}

export interface LaunchAgentReading {
  readonly file: string;
  readonly installed: boolean;
  /** False where it was switched off with launchctl. */
  readonly enabled: boolean;
  /** The program and arguments of the file; null where there is none, or it is not one of ours. */
  readonly command: LaunchCommand | null;
  /** The CLAUDACITY_HOME that the file sets. */
  readonly dataDir: string | null;
  /** Of its process, while launchd runs one. */
  readonly pid: number | null;
  readonly isLoaded: boolean;
}

export interface LaunchAgent {
  read(): Promise<LaunchAgentReading>;
  /** Writes the file and clears what switched it off. It takes effect at the next login, or with `load`. @returns whether the file has changed */
  write(text: string): Promise<boolean>;
  /** @returns whether there was a file */
  remove(): Promise<boolean>;
  /** Starts it. @returns what launchctl says where it fails */
  load(): Promise<string | undefined>;
  /** Ends its process, and keeps it from being started again before the next login. */
  unload(): Promise<void>;
}

export function launchAgent({ label, env, home }: LaunchAgentOptions): LaunchAgent {
  const file = path.join(home, 'Library', 'LaunchAgents', `${label}.plist`);
  const domain = `gui/${process.getuid?.() ?? 0}`;
  const launchctl = (...args: string[]) => runProgram('launchctl', args, { env });
  const text = () => readFile(file, 'utf8').catch(ignoreMissing);
  return {
    read: async () => {
      const [content, job, disabled] = await Promise.all([
        text(),
        launchctl('print', `${domain}/${label}`),
        launchctl('print-disabled', domain),
      ]);
      const installed = content !== undefined;
      return {
        file,
        installed,
        enabled: installed && !isDisabled(disabled.stdout, label),
        command: content === undefined ? null : readProgramArguments(content),
        dataDir: content === undefined ? null : readDataDir(content),
        pid: job.code === 0 ? readPid(job.stdout) : null,
        isLoaded: job.code === 0,
      };
    },
    write: async (content) => {
      const hasChanged = (await text()) !== content;
      if (hasChanged) await writeWhole(file, content);
      await launchctl('enable', `${domain}/${label}`);
      return hasChanged;
    },
    remove: async () => {
      const existed = (await text()) !== undefined;
      await rm(file, { force: true });
      return existed;
    },
    load: async () => {
      const { code, stderr } = await launchctl('bootstrap', domain, file);
      if (code === 0) return undefined;
      // It is loaded already.
      const kicked = await launchctl('kickstart', `${domain}/${label}`);
      return kicked.code === 0 ? undefined : stderr.trim() || kicked.stderr.trim() || 'launchctl failed';
    },
    unload: async () => {
      await launchctl('bootout', `${domain}/${label}`);
    },
  };
}

export interface AgentText {
  readonly label: string;
  readonly command: LaunchCommand;
  readonly environment?: Readonly<Record<string, string>>;
  /** Start it again when it has failed. */
  readonly keepsAlive: boolean;
  /** The time that it has to end, in seconds. */
  readonly exitTimeout?: number;
}

/** A property list that starts the command at login. */
export function agentText({ label, command, environment = {}, keepsAlive, exitTimeout }: AgentText): string {
  const variables = Object.entries(environment).flatMap(([name, value]) => [
    `    <key>${escapeXml(name)}</key>`,
    `    <string>${escapeXml(value)}</string>`,
  ]);
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    '<dict>',
    '  <key>Label</key>',
    `  <string>${escapeXml(label)}</string>`,
    '  <key>ProgramArguments</key>',
    '  <array>',
    ...[command.program, ...command.args].map((argument) => `    <string>${escapeXml(argument)}</string>`),
    '  </array>',
    ...(variables.length > 0 ? ['  <key>EnvironmentVariables</key>', '  <dict>', ...variables, '  </dict>'] : []),
    '  <key>RunAtLoad</key>',
    '  <true/>',
    ...(keepsAlive
      ? ['  <key>KeepAlive</key>', '  <dict>', '    <key>SuccessfulExit</key>', '    <false/>', '  </dict>']
      : []),
    ...(exitTimeout === undefined ? [] : ['  <key>ExitTimeOut</key>', `  <integer>${exitTimeout}</integer>`]),
    '  <key>ProcessType</key>',
    '  <string>Interactive</string>',
    '</dict>',
    '</plist>',
  ].join('\n')}\n`;
}

/** Null where the text has no ProgramArguments in the form that `agentText` and auto-launch write. */
export function readProgramArguments(text: string): LaunchCommand | null {
  const list = /<key>ProgramArguments<\/key>\s*<array>(.*?)<\/array>/s.exec(text)?.[1] ?? '';
  const [program, ...args] = [...list.matchAll(/<string>(.*?)<\/string>/gs)].map(([, value = '']) =>
    unescapeXml(value),
  );
  return program ? { program, args } : null;
}

/** The CLAUDACITY_HOME of the file's variables; null where it sets none. */
export function readDataDir(text: string): string | null {
  const value = /<key>CLAUDACITY_HOME<\/key>\s*<string>(.*?)<\/string>/s.exec(text)?.[1];
  return value === undefined ? null : unescapeXml(value);
}

/** The line of `launchctl print-disabled`: `"label" => disabled`, or `true` before macOS 13. */
export function isDisabled(output: string, label: string): boolean {
  return output.split('\n').some((line) => {
    const [, name, state] = /^\s*"(.+)" => (\w+)/.exec(line) ?? [];
    return name === label && (state === 'disabled' || state === 'true');
  });
}

/** The line `pid = 123` of `launchctl print`. */
export function readPid(output: string): number | null {
  const pid = /^\s*pid = (\d+)$/m.exec(output)?.[1];
  return pid === undefined ? null : Number(pid);
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function unescapeXml(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}
