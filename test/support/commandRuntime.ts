/** A runtime for commands that need no app: what they print is collected. */
import type { CommandRuntime } from '../../app/command/runtime';
import { paintFor, type Terminal } from '../../app/command/terminal';
import { NotRunningError } from '../../app/control/client';

export interface CollectedOutput {
  stdout: string;
  stderr: string;
}

export function collectingTerminal(answer = false): { terminal: Terminal; output: CollectedOutput } {
  const output: CollectedOutput = { stdout: '', stderr: '' };
  const terminal: Terminal = {
    print: (line) => {
      output.stdout += `${line}\n`;
    },
    write: (text) => {
      output.stdout += text;
    },
    note: (line) => {
      output.stderr += `${line}\n`;
    },
    paint: paintFor(false),
    confirm: async () => answer,
    progress: (_text, work) => work,
  };
  return { terminal, output };
}

/** No app runs, and nothing is installed. */
export function commandRuntime(changes: Partial<CommandRuntime> = {}): {
  runtime: CommandRuntime;
  output: CollectedOutput;
} {
  const { terminal, output } = collectingTerminal();
  const missing = () => Promise.reject(new Error('there is none in this test'));
  const runtime: CommandRuntime = {
    version: '1.2.3',
    dataDir: '/nonexistent',
    env: {},
    platform: 'linux',
    terminal,
    signal: new AbortController().signal,
    programs: { serve: { program: '/nonexistent', args: [] }, desktopApp: undefined },
    service: { install: missing, uninstall: missing, start: missing, stop: missing, restart: missing, status: missing },
    connect: () => Promise.reject(new NotRunningError('Claudacity is not running.')),
    serve: missing,
    openStopped: missing,
    guides: () => [],
    ...changes,
  };
  return { runtime, output };
}
