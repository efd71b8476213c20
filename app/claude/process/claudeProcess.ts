/**
 * One generic `claude` process: started ahead of time, told its system prompt and model over stdin, given a history,
 * asked one turn at a time (context/CLAUDE_PROTOCOL.md).
 */
import { randomUUID } from 'node:crypto';
import { answerSchema } from './answerSchema';
import { type Channel, createChannel } from './channel';
import {
  CLIENT_SERVER,
  type ClientTools,
  createClientTools,
  type McpToolDefinition,
  type McpToolResult,
} from './clientTools';
import {
  type ApiBlock,
  type ApiMessage,
  type CliMessage,
  type ControlRequest,
  type InitializeResult,
  readInitializeResult,
} from './messages';
import { openPipe, type PipeExit, type PipeOptions } from './pipe';
import { CliEndedError, createProtocol } from './protocol';
import { type TurnEvent, turnEvents } from './turnEvents';

export interface ClaudeProcess {
  readonly pid: number | undefined;
  readonly exited: Promise<PipeExit>;
  readonly alive: boolean;
  /** What all its turns have cost so far, in US dollars, as the CLI reckons from list prices. */
  readonly costUsd: number;
  /** What it can see of this computer, in words for the user. */
  readonly isolation: string;
  /** Once, before anything else; none of it can be changed afterwards. */
  initialize(system: string, setup?: ProcessSetup): Promise<InitializeResult>;
  /** Before the first turn only: later it would leave its trace in the transcript. */
  setModel(model: string): Promise<void>;
  /** For the next turn, or what is left of one that waits for a tool, and until it is called again. Asks the CLI only for what differs from before. */
  configure(flags: TurnFlags): Promise<void>;
  /** The result of a call that the model has made in the running turn, which then goes on. */
  sendToolResult(toolUseId: string, result: McpToolResult): void;
  /**
   * Puts a finished exchange into the transcript, in order, without asking the model: ~15 ms a message of the user's.
   * @throws CliEndedError, and the signal's reason when it is aborted on the way.
   */
  replay(history: readonly ApiMessage[], signal: AbortSignal): Promise<void>;
  /**
   * Asks, and yields what comes of it. Ends with `result` or `diverged`; ends without either when the process died,
   * which `exited` then explains, and when the signal was aborted. Aborting, or leaving the iteration early, interrupts
   * the turn and waits until the CLI has stopped.
   * @throws ProtocolError where the CLI says what cannot be understood; CliEndedError where it is gone already.
   */
  runTurn(content: ApiBlock[], signal: AbortSignal): AsyncIterable<TurnEvent>;
  /** Lets it end by itself, and after `graceMs` ends it. Resolves when it is gone. */
  close(graceMs?: number): Promise<void>;
  kill(): void;
}

/** What a process can be told once only, besides its system prompt. */
export interface ProcessSetup {
  readonly tools?: readonly McpToolDefinition[] | undefined;
  /** A JSON schema for the answers of all its turns. */
  readonly schema?: Readonly<Record<string, unknown>> | undefined;
}

/** What can differ from turn to turn; what is absent is the CLI's own default. */
export interface TurnFlags {
  readonly effort?: string | undefined;
  readonly maxTokens?: number | undefined;
  /** Merged into the body of the request to the API. */
  readonly extraBody?: Readonly<Record<string, unknown>> | undefined;
  /** Whether thinking comes as readable text, or does not come; `off` is no more than `hidden` to a model that always thinks. */
  readonly thinking?: ThinkingMode | undefined;
}

export type ThinkingMode = 'shown' | 'hidden' | 'off';

/** Nothing about a request is on the command line, so one process can take any. */
const ARGUMENTS = [
  '-p',
  '--input-format',
  'stream-json',
  '--output-format',
  'stream-json',
  '--verbose',
  '--include-partial-messages',
  '--no-session-persistence',
  // The client's tools run unasked: it is the client that runs them.
  '--allowedTools',
  `mcp__${CLIENT_SERVER}`,
  // Where a client's tool is called Bash, the CLI would tell the model how to sign its commits.
  '--settings',
  JSON.stringify({ includeCoAuthoredBy: false }),
];

/** Without the user's CLAUDE.md, settings, hooks, plugins, MCP servers and without built-in tools. */
const ISOLATION = ['--tools', '', '--strict-mcp-config', '--setting-sources', '', '--safe-mode'];

const ISOLATED =
  'An empty folder of the app’s own. Your CLAUDE.md, settings, hooks, plugins, MCP servers and the built-in tools were withheld.';
const NOT_ISOLATED = 'Not isolated, by your settings: your CLAUDE.md, settings, plugins and tools were in reach.';

/** How long an interrupted turn may take to end before its process is ended instead; it took ~16 ms when measured. */
const INTERRUPT_GRACE_MS = 2_000;

/** What a process holds from its start. */
export interface ResumedSession {
  /** As `sessionFile.ts` writes it. */
  readonly file: string;
  /** `set_model` would leave its trace behind the history. undefined leaves the CLI's own default. */
  readonly model: string | undefined;
}

export interface StartOptions extends PipeOptions {
  readonly isolated: boolean;
  readonly resumed?: ResumedSession | undefined;
}

/** The command line of a generic process, or of one that takes up a history. */
export function claudeArguments(isolated: boolean, resumed?: ResumedSession): readonly string[] {
  return [...ARGUMENTS, ...(isolated ? ISOLATION : []), ...(resumed ? resumeArguments(resumed) : [])];
}

function resumeArguments({ file, model }: ResumedSession): readonly string[] {
  return ['--resume', file, ...(model === undefined ? [] : ['--model', model])];
}

export function startClaude(command: string, options: StartOptions): ClaudeProcess {
  const pipe = openPipe(command, claudeArguments(options.isolated, options.resumed), options);
  let current: CliTurn | undefined;
  let alive = true;
  let costUsd = 0;
  let structured = false;
  let tools: ClientTools = createClientTools([]);
  let flags: TurnFlags = {};
  /** Those with which the running turn began. */
  let begunWith: TurnFlags = {};

  const protocol = createProtocol(pipe, {
    onRequest: (request) => tools.serve(request),
    onMessage: (message) => {
      const turn = current;
      if (message.type === 'result') {
        costUsd = message.total_cost_usd ?? costUsd;
        turn?.finish();
      }
      return turn?.channel.push(message);
    },
  });
  const reading = protocol.run().then(
    () => current?.channel.end(),
    (error: Error) => {
      current?.channel.end(error);
      pipe.kill();
    },
  );
  const exited = pipe.exited.then(async (exit) => {
    alive = false;
    await reading;
    return exit;
  });

  const open = (): CliTurn => {
    if (current) throw new Error('the process is already answering');
    current = createTurn();
    if (!alive) current.channel.end();
    return current;
  };

  /** The process is usable afterwards, or gone. */
  const interrupt = async (turn: CliTurn) => {
    const timer = setTimeout(pipe.kill, INTERRUPT_GRACE_MS);
    await protocol.request({ subtype: 'interrupt' }).catch(pipe.kill);
    await Promise.race([turn.finished, exited]);
    clearTimeout(timer);
  };

  return {
    pid: pipe.pid,
    isolation: options.isolated ? ISOLATED : NOT_ISOLATED,
    exited,
    get alive() {
      return alive;
    },
    get costUsd() {
      return costUsd;
    },
    initialize: async (system, { tools: definitions = [], schema } = {}) => {
      structured = schema !== undefined;
      tools = createClientTools(definitions);
      const answer = await protocol.request({
        subtype: 'initialize',
        systemPrompt: system === '' ? [] : [system],
        ...(schema && { jsonSchema: answerSchema(schema) }),
        ...(definitions.length > 0 && { sdkMcpServers: [CLIENT_SERVER], sdkMcpServerManifests: tools.manifest }),
      });
      return readInitializeResult(answer);
    },
    configure: async (wanted) => {
      const next = current ? withinTurn(begunWith, wanted) : wanted;
      const settings = flagSettings(flags, next);
      const { thinking = 'hidden' } = next;
      const asked: Promise<unknown>[] = [];
      if (settings) asked.push(protocol.request({ subtype: 'apply_flag_settings', settings }));
      if (thinking !== (flags.thinking ?? 'hidden')) asked.push(protocol.request(thinkingRequest(thinking)));
      flags = next;
      await Promise.all(asked);
    },
    sendToolResult: (id, result) => tools.answer(id, result),
    setModel: async (model) => {
      await protocol.request({ subtype: 'set_model', model });
    },
    replay: async (history, signal) => {
      for (const message of history) {
        signal.throwIfAborted();
        if (message.role === 'assistant') {
          // Without ids of their own, 2.1.250 makes one message of all the model's.
          await protocol.send({ type: 'assistant', message: { ...message, id: `msg_${randomUUID()}` } });
          continue;
        }
        // Without the wait for its result the CLI loses the order.
        const turn = open();
        try {
          await protocol.send({ type: 'user', message, client_composed: true, shouldQuery: false });
          await Promise.race([turn.finished, exited]);
          if (!alive) throw new CliEndedError();
        } finally {
          current = undefined;
        }
      }
    },
    async *runTurn(content, signal) {
      if (signal.aborted) return;
      const turn = open();
      begunWith = flags;
      const leave = () => turn.channel.discard();
      signal.addEventListener('abort', leave, { once: true });
      try {
        await protocol.send({ type: 'user', message: { role: 'user', content }, client_composed: true });
        yield* turnEvents(turn.channel, structured);
      } finally {
        signal.removeEventListener('abort', leave);
        turn.channel.discard();
        if (!turn.over && alive) await interrupt(turn);
        current = undefined;
      }
    },
    close: async (graceMs = 2_000) => {
      pipe.end();
      const timer = setTimeout(pipe.kill, graceMs);
      await exited;
      clearTimeout(timer);
    },
    kill: pipe.kill,
  };
}

type FlagSettings = Extract<ControlRequest, { subtype: 'apply_flag_settings' }>['settings'];

/** undefined where nothing differs. An empty value takes back what was set before. */
function flagSettings(before: TurnFlags, next: TurnFlags): FlagSettings | undefined {
  const text = ({ maxTokens, extraBody }: TurnFlags) => ({
    CLAUDE_CODE_MAX_OUTPUT_TOKENS: maxTokens === undefined ? '' : String(maxTokens),
    CLAUDE_CODE_EXTRA_BODY: extraBody === undefined ? '' : JSON.stringify(extraBody),
  });
  const had = Object.entries(text(before));
  const changed = Object.entries(text(next)).filter(([, value], index) => had[index]?.[1] !== value);
  const settings = {
    ...(next.effort !== before.effort && { effortLevel: next.effort ?? DEFAULT_EFFORT }),
    ...(changed.length > 0 && { env: Object.fromEntries(changed) }),
  };
  return Object.keys(settings).length > 0 ? settings : undefined;
}

/** In a turn that waits for a tool the CLI goes by the limit and effort with which it began, but for what the body itself says. */
function withinTurn(begunWith: TurnFlags, next: TurnFlags): TurnFlags {
  const { maxTokens, effort, extraBody } = next;
  const body = {
    ...(maxTokens !== undefined && maxTokens !== begunWith.maxTokens && { max_tokens: maxTokens }),
    ...(effort !== undefined && effort !== begunWith.effort && { output_config: { effort } }),
    ...extraBody,
  };
  return { ...next, extraBody: Object.keys(body).length > 0 ? body : undefined };
}

/** What the CLI itself sends when it is told nothing. */
const DEFAULT_EFFORT = 'medium';

/** Read by models that think to a budget; the others think as much as their effort says. */
const THINKING_BUDGET = 16_000;

/** null is the CLI's own choice, and 0 has it turn thinking off where the model lets it. */
const MAX_THINKING = { shown: THINKING_BUDGET, hidden: null, off: 0 } as const satisfies Record<
  ThinkingMode,
  number | null
>;

function thinkingRequest(thinking: ThinkingMode): ControlRequest {
  return {
    subtype: 'set_max_thinking_tokens',
    max_thinking_tokens: MAX_THINKING[thinking],
    thinking_display: thinking === 'shown' ? 'summarized' : 'omitted',
  };
}

/** What the CLI says between a question and its `result`. */
interface CliTurn {
  readonly channel: Channel<CliMessage>;
  readonly over: boolean;
  readonly finished: Promise<void>;
  finish(): void;
}

function createTurn(): CliTurn {
  let over = false;
  let resolve: () => void = () => {};
  const finished = new Promise<void>((done) => {
    resolve = done;
  });
  return {
    channel: createChannel<CliMessage>(),
    finished,
    get over() {
      return over;
    },
    finish: () => {
      over = true;
      resolve();
    },
  };
}
