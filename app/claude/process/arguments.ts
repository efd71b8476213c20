/** The command line of a process: context/CLAUDE_PROTOCOL.md, "Command line". */
import { CLIENT_SERVER } from './tools/clientTools';

/** No argument depends on a request, so any request can use any process. */
const ARGUMENTS = [
  '-p',
  '--input-format',
  'stream-json',
  '--output-format',
  'stream-json',
  '--verbose',
  '--include-partial-messages',
  '--no-session-persistence',
  // The client's tools need no permission from the CLI, since the client runs them.
  '--allowedTools',
  `mcp__${CLIENT_SERVER}`,
  // Where the client has a tool called Bash, the CLI would otherwise tell the model how to sign its commits.
  '--settings',
  JSON.stringify({ includeCoAuthoredBy: false }),
];

/** Withholds the user's CLAUDE.md, settings, hooks, plugins and MCP servers, and the CLI's built-in tools. */
const ISOLATION = ['--tools', '', '--strict-mcp-config', '--setting-sources', '', '--safe-mode'];

/** A history with which a process is started. */
export interface ResumedSession {
  /** Path of a file that `writeSessionFile` has written. */
  readonly file: string;
  /** undefined for the CLI's default. It is set here because a later `set_model` would add messages to the transcript. */
  readonly model: string | undefined;
}

/** @param isolated whether the user's own files, instructions and tools are withheld from the CLI. */
export function claudeArguments(isolated: boolean, session?: ResumedSession): readonly string[] {
  return [...ARGUMENTS, ...(isolated ? ISOLATION : []), ...(session ? resumeArguments(session) : [])];
}

function resumeArguments({ file, model }: ResumedSession): readonly string[] {
  return ['--resume', file, ...(model === undefined ? [] : ['--model', model])];
}

/** Tells the user what a process with these arguments can access. The log shows it with each request. */
export function isolationText(isolated: boolean): string {
  return isolated
    ? 'An empty folder of this app. Your CLAUDE.md, settings, hooks, plugins, MCP servers and the built-in tools were withheld.'
    : 'Isolation is off in the settings: the process could use your CLAUDE.md, settings, plugins and tools.';
}
