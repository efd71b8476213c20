/** The command line of a process: context/CLAUDE_PROTOCOL.md, "Command line". */
import { CLIENT_SERVERS } from './tools/clientTools';

/** Keeps the conversation out of the user's list of sessions. */
const NO_SESSION = '--no-session-persistence';

/** No argument depends on a request, so any request can use any process. */
const ARGUMENTS = [
  '-p',
  '--input-format',
  'stream-json',
  '--output-format',
  'stream-json',
  '--verbose',
  '--include-partial-messages',
  NO_SESSION,
  // The client's tools need no permission from the CLI, since the client runs them.
  '--allowedTools',
  CLIENT_SERVERS.map((server) => `mcp__${server}`).join(','),
  // Where the client has a tool called Bash, the CLI would otherwise tell the model how to sign its commits.
  '--settings',
  JSON.stringify({ includeCoAuthoredBy: false }),
];

/** Withholds the user's CLAUDE.md, settings, hooks, plugins and MCP servers, and the CLI's built-in tools. */
const ISOLATION = ['--tools', '', '--strict-mcp-config', '--setting-sources', '', '--safe-mode'];

/**
 * For processes that serve one conversation after another (context/CLAUDE_PROTOCOL.md, "Reuse"). Without the first, 2.1.300 starts in
 * another permission mode and sends the names of folders; without the second, a system prompt cannot change within a conversation.
 */
const REUSE = ['--permission-mode', 'default', '--system-prompt-snapshot', 'off'];

/** What all of a process's requests have in common. */
export interface ProcessKind {
  /** Whether the user's own files, instructions and tools are withheld from the CLI. */
  readonly isolated: boolean;
  /** Whether the process may serve one conversation after another. Only versions of the CLI that were tested accept that. */
  readonly reusable?: boolean | undefined;
  readonly session?: ResumedSession | undefined;
  /** Whether the CLI stores the conversation in its home. */
  readonly storesSession?: boolean | undefined;
}

/** A history with which a process is started. */
export interface ResumedSession {
  /** Path of a file that `writeSessionFile` has written. */
  readonly file: string;
  /** undefined for the CLI's default. It is set here because a later `set_model` would add messages to the transcript. */
  readonly model: string | undefined;
  /** The uuids of the user's messages in the file, in their order. */
  readonly userUuids: readonly string[];
  /** Whether the CLI's notes for the model are behind the first of them, so that the CLI adds none to the next question. */
  readonly hasNotes: boolean;
}

export function claudeArguments({ isolated, reusable, session, storesSession }: ProcessKind): readonly string[] {
  return [
    ...ARGUMENTS.filter((argument) => !storesSession || argument !== NO_SESSION),
    ...(reusable ? REUSE : []),
    ...(isolated ? ISOLATION : []),
    ...(session ? resumeArguments(session) : []),
  ];
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
