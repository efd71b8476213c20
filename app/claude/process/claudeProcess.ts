/**
 * One `claude` process. It is started before a request needs it, gets its system prompt, model and history over stdin, and
 * then answers one turn at a time (context/CLAUDE_PROTOCOL.md).
 */
import type { CacheBreakpoints } from '../cacheBreakpoints';
import { claudeArguments, isolationText, type ProcessKind } from './arguments';
import { type CliTurn, createCliTurn } from './cliTurn';
import { DEADLINES, type Deadlines, TURN_SILENCE_MS } from './deadlines/deadlines';
import { CliTimeoutError, endSilence, type WaitOptions, within } from './deadlines/within';
import { type ConversationStart, createHeldConversation, type ProcessSetup } from './heldConversation';
import { type ReplayOptions, replayHistory } from './historyReplay';
import { type ContextUsage, type InitializeResult, isStillQueued, readContextUsage } from './messages';
import type { ApiBlock, ApiMessage, ControlRequest } from './outgoingMessages';
import { openPipe, type PipeExit, type PipeOptions } from './pipe/pipe';
import { CliEndedError, createProtocol } from './protocol';
import { isToolsListRequest, type McpToolDefinition, type McpToolResult, TOOLS_CHANGED } from './tools/clientTools';
import { type TurnEvent, turnEvents } from './turnEvents';
import { flagRequests, flagsWithinTurn, type TurnFlags } from './turnFlags';

export type { ConversationStart, ProcessSetup } from './heldConversation';

/**
 * Every method that waits for the CLI has a deadline (deadlines/deadlines.ts). A process that misses one is killed, and the method
 * throws `CliTimeoutError`. A signal ends the wait at once with the signal's reason; the process is of no use afterwards.
 */
export interface ClaudeProcess {
  readonly pid: number | undefined;
  /** Resolves, never rejects, when the process has ended. */
  readonly exited: Promise<PipeExit>;
  readonly alive: boolean;
  /** The cost of all turns so far in US dollars, which the CLI computes from list prices. */
  readonly costUsd: number;
  /** Whether it may serve one conversation after another. */
  readonly reusable: boolean;
  /** Whether the API has refused a question because of a breakpoint of the app's. Another process, without one, may be asked again. */
  readonly breakpointRefused: boolean;
  /** Tells the user what the process can access on this computer. */
  readonly isolation: string;
  /**
   * Must be called once, before anything else. The CLI ignores a second call.
   * @param system the system prompt; '' for none.
   * @throws CliEndedError where the process ends before it has answered.
   */
  initialize(system: string, setup?: ProcessSetup, signal?: AbortSignal): Promise<InitializeResult>;
  /** Must be called before the first turn: later, the CLI adds messages about it to the transcript. */
  setModel(model: string, signal?: AbortSignal): Promise<void>;
  /**
   * Prepares the process for a conversation, in place of `initialize` and `setModel`. It must be empty: new, or emptied by `reset`.
   * @returns the response to `initialize`, where the process is new.
   * @throws Error where the CLI does not take a setting. The process must be ended then.
   */
  begin(start: ConversationStart, signal?: AbortSignal): Promise<InitializeResult | undefined>;
  /** Makes the first turn of an empty, reusable process faster. Returns false where the process must be ended. */
  warmUp(): Promise<boolean>;
  /** The number of the user's messages in the transcript, without the results of tools that a turn has waited for. */
  readonly turns: number;
  /**
   * Interrupts the turn that runs, if one does, and removes the conversation, so that another can begin. Returns false where that
   * did not succeed: the process must be ended then. Never rejects.
   */
  reset(): Promise<boolean>;
  /** Whether the first `turns` of the user's messages can be kept without the others: not where the next one was appended without a turn. */
  canRewindTo(turns: number): boolean;
  /** As `reset`, but keeps the first `turns` of the user's messages, what was before them and the answers to them. */
  rewind(turns: number): Promise<boolean>;
  /** Changes the system prompt within a conversation, from the next question on. Needs a reusable process. */
  changeSystem(system: string, signal?: AbortSignal): Promise<void>;
  /** The full name of the model that is set, and its context window. @throws Error where this version of the CLI does not tell. */
  contextUsage(signal?: AbortSignal): Promise<ContextUsage>;
  /** Sets the flags for the turns that follow, and for the rest of a turn that waits for a tool. Sends only what has changed. */
  configure(flags: TurnFlags, signal?: AbortSignal): Promise<void>;
  /** Whether it offers the model a tool that is not among these, and would go on to offer it after `replaceTools`. */
  withdraws(tools: readonly McpToolDefinition[]): boolean;
  /**
   * Replaces the client's tools, also while a turn waits for a tool; does nothing where they are the same. The process must have
   * been initialized with at least one tool, and none may be withdrawn.
   * @throws CliEndedError where the CLI does not take them; its process is killed.
   */
  replaceTools(tools: readonly McpToolDefinition[], signal?: AbortSignal): Promise<void>;
  /** Gives the CLI the result of a tool call in the running turn, which then continues. @param toolUseId the model's id of the call. */
  sendToolResult(toolUseId: string, result: McpToolResult): void;
  /**
   * Appends a history to the transcript without asking the model, as `replayHistory` does.
   * @throws CliEndedError, and the signal's reason where it is aborted.
   */
  replay(history: readonly ApiMessage[], signal: AbortSignal): Promise<void>;
  /**
   * Sends a user message and yields the events of the answer. The last event is `result`, `diverged` or `schema_rejected`;
   * there is no such event where the process has ended, which `exited` explains, or the signal was aborted. When the signal is
   * aborted or the caller stops iterating, the turn is interrupted, and the iterator returns when the CLI has stopped.
   * @throws CliSilentError where the CLI writes nothing for too long, after it was interrupted; ProtocolError where the CLI writes a line that cannot be read; CliEndedError where it has ended before.
   */
  runTurn(content: ApiBlock[], signal: AbortSignal): AsyncIterable<TurnEvent>;
  /** Lets the process exit by itself, and kills it after `graceMs` (default: its deadline). Resolves when it has ended. */
  close(graceMs?: number): Promise<void>;
  /** Ends the process, and every process that it has started, at once. */
  kill(): void;
}

export interface StartOptions extends PipeOptions, ProcessKind {
  /** Whether texts of a history may be appended without a turn; default: false. Needs a CLI whose self-test says so. */
  readonly appendsTexts?: boolean;
  /** Sets a breakpoint in replayed histories; absent sets none. */
  readonly cacheBreakpoints?: CacheBreakpoints;
  readonly deadlines?: Deadlines;
  /** Called for each line of the CLI's output that is none of its messages; such lines are skipped. */
  onNoise?(line: string): void;
  /** How long the CLI may write nothing while the API owes an answer, in ms. Read whenever the app begins to wait. */
  turnSilenceMs?(): number;
}

/** @param command path of the CLI. A program that cannot be started is reported by `exited`. */
export function startClaude(command: string, options: StartOptions): ClaudeProcess {
  const { deadlines = DEADLINES, turnSilenceMs = () => TURN_SILENCE_MS } = options;
  const pipe = openPipe(command, claudeArguments(options), options);
  let currentTurn: CliTurn | undefined;
  let alive = true;
  let costUsd = 0;
  let breakpointRefused = false;
  /** Called when the CLI has been sent the list of tools. */
  let onToolsListed = () => {};
  /** Whether what was appended last is a message that the CLI does not confirm. */
  let hasUnconfirmed = false;
  let flags: TurnFlags = {};
  /** The flags with which the running turn began. */
  let initialFlags: TurnFlags = {};

  /** Kills the process where the promise is rejected since the CLI missed a deadline. */
  const killIfLate = async <T>(promise: Promise<T>): Promise<T> => {
    try {
      return await promise;
    } catch (error) {
      if (error instanceof CliTimeoutError) pipe.kill();
      throw error;
    }
  };

  const transport = {
    lines: pipe.lines,
    send: (line: string | Iterable<string>, wait: WaitOptions) => killIfLate(pipe.send(line, wait)),
  };
  const protocol = createProtocol(transport, {
    writeMs: deadlines.writeMs,
    onNoise: (line) => options.onNoise?.(line),
    onRequest: (request) => held.tools.handleRequest(request),
    onResponded: (request) => {
      if (isToolsListRequest(request)) onToolsListed();
    },
    onMessage: (message) => {
      const turn = currentTurn;
      if (message.type === 'result') {
        costUsd = message.total_cost_usd ?? costUsd;
        turn?.finish();
      }
      breakpointRefused ||= options.cacheBreakpoints?.recordMessage(message, held.hasBreakpoint) === true;
      return turn?.channel.push(message);
    },
  });
  const reading = protocol.run().then(
    () => currentTurn?.channel.end(),
    (error: Error) => {
      currentTurn?.channel.end(error);
      pipe.kill();
    },
  );
  const exited = pipe.exited.then(async (exit) => {
    alive = false;
    await reading;
    return exit;
  });

  const request = (control: ControlRequest, timeoutMs: number, signal?: AbortSignal) =>
    killIfLate(protocol.request(control, { timeoutMs, signal }));

  /** Has the CLI append a message of the user's. It mixes up the order of messages that are sent before this one's `result`. */
  const append = async (message: ApiMessage, uuid: string, signal?: AbortSignal) => {
    const turn = openTurn();
    try {
      await protocol.send(
        { type: 'user', uuid, message, client_composed: true, shouldQuery: false },
        { timeoutMs: deadlines.writeMs, signal },
      );
      const taken = Promise.race([turn.finished, exited]);
      await killIfLate(within(taken, 'replay', { timeoutMs: deadlines.replayStepMs, signal }));
      if (!alive) throw new CliEndedError();
      hasUnconfirmed = false;
    } finally {
      // Where the wait was aborted, the CLI may still be at it.
      if (turn.isFinished || !alive) currentTurn = undefined;
    }
  };

  const held = createHeldConversation({
    reusable: options.reusable === true,
    session: options.session,
    request: (control, signal) => request(control, deadlines.controlMs, signal),
    initialize: (control, signal) => request(control, deadlines.initializeMs, signal),
    rewindRequest: (control) => request(control, deadlines.rewindMs),
    sendAnchor: (uuid, signal) => append({ role: 'user', content: [] }, uuid, signal),
  });

  const openTurn = (): CliTurn => {
    if (currentTurn) throw new Error('the process is already answering');
    currentTurn = createCliTurn();
    if (!alive) currentTurn.channel.end();
    return currentTurn;
  };

  /** Afterwards the process can run another turn, or has ended. */
  const interrupt = async (turn: CliTurn) => {
    const timer = setTimeout(pipe.kill, deadlines.interruptMs);
    try {
      // A turn that the CLI has not begun yet is not interrupted, and would run.
      while (!turn.isFinished && alive) {
        if (!isStillQueued(await request({ subtype: 'interrupt' }, deadlines.interruptMs))) break;
      }
    } catch {
      pipe.kill();
    }
    await Promise.race([turn.finished, exited]);
    clearTimeout(timer);
  };

  /** Waits until the CLI has taken what it was sent. Returns false where the process has ended. */
  const settle = async (): Promise<boolean> => {
    const turn = currentTurn;
    if (turn && !turn.isFinished) {
      // A message of the user's that is still being appended. A turn that runs was interrupted when its iterator returned.
      const taken = Promise.race([turn.finished, exited]);
      await within(taken, 'replay', { timeoutMs: deadlines.rewindMs }).catch(held.spoil);
    }
    currentTurn = undefined;
    if (!alive) return false;
    // Otherwise the model's message could be appended after the cut.
    if (hasUnconfirmed) await append({ role: 'user', content: [] }, held.addTurn(false)).catch(held.spoil);
    return alive;
  };

  const replayOptions: ReplayOptions = {
    held,
    appendsTexts: options.appendsTexts === true,
    append: (message, signal) => append(message, held.addTurn(false), signal),
    send: (message, signal) => {
      hasUnconfirmed = true;
      return protocol.send(message, { timeoutMs: deadlines.writeMs, signal });
    },
  };

  return {
    pid: pipe.pid,
    reusable: options.reusable === true,
    isolation: isolationText(options.isolated),
    exited,
    get alive() {
      return alive;
    },
    get costUsd() {
      return costUsd;
    },
    get breakpointRefused() {
      return breakpointRefused;
    },
    initialize: (system, setup = {}, signal) => held.initialize(system, setup, signal),
    setModel: held.setModel,
    begin: held.begin,
    warmUp: held.warmUp,
    get turns() {
      return held.turns;
    },
    reset: async () => (await settle()) && held.empty(),
    canRewindTo: held.canRewindTo,
    rewind: async (turns) => (await settle()) && held.rewind(turns),
    changeSystem: held.changeSystem,
    contextUsage: async (signal) =>
      readContextUsage(await request({ subtype: 'get_context_usage' }, deadlines.controlMs, signal)),
    configure: async (newFlags, signal) => {
      const next = currentTurn ? flagsWithinTurn(initialFlags, newFlags) : newFlags;
      const requests = flagRequests(flags, next);
      flags = next;
      try {
        await Promise.all(requests.map((control) => request(control, deadlines.controlMs, signal)));
      } catch (error) {
        held.spoil();
        throw error;
      }
    },
    withdraws: (definitions) => held.tools.withdraws(definitions),
    replaceTools: async (definitions, signal) => {
      if (!held.tools.replace(definitions)) return;
      const toolsListed = new Promise<void>((resolve) => {
        onToolsListed = resolve;
      });
      const timeoutMs = deadlines.controlMs;
      try {
        await request(
          { subtype: 'mcp_message', server_name: held.tools.server, message: TOOLS_CHANGED },
          timeoutMs,
          signal,
        );
        await killIfLate(within(toolsListed, 'tools/list', { timeoutMs, signal }));
        // The CLI reads its lines in order: when it has responded to this one, the model's next request has the new tools.
        await request({ subtype: 'mcp_status' }, timeoutMs, signal);
      } catch (error) {
        if (signal?.aborted || error instanceof CliTimeoutError) throw error;
        pipe.kill();
        throw new CliEndedError();
      }
    },
    sendToolResult: (toolUseId, result) => held.tools.resolveCall(toolUseId, result),
    replay: (history, replaySignal) => replayHistory(history, replayOptions, replaySignal),
    async *runTurn(content, signal) {
      if (signal.aborted) return;
      const turn = openTurn();
      initialFlags = flags;
      const onAbort = () => turn.channel.discard();
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        const message = {
          role: 'user',
          content: held.withBreakpoint(content, options.cacheBreakpoints?.current),
        } as const;
        const question = { type: 'user', uuid: held.addTurn(true), message, client_composed: true } as const;
        await protocol.send(question, { timeoutMs: deadlines.writeMs, signal });
        const limits = {
          firstLineMs: deadlines.turnStartMs,
          silenceMs: turnSilenceMs,
          lastLineAt: () => protocol.lastLineAt,
        };
        hasUnconfirmed = false;
        yield* turnEvents(endSilence(turn.channel, limits), held.structured);
      } catch (error) {
        if (error instanceof CliTimeoutError) pipe.kill();
        if (!signal.aborted) throw error;
      } finally {
        signal.removeEventListener('abort', onAbort);
        turn.channel.discard();
        if (!turn.isFinished && alive) await interrupt(turn);
        currentTurn = undefined;
      }
    },
    close: async (graceMs = deadlines.closeMs) => {
      pipe.closeStdin();
      const timer = setTimeout(pipe.kill, graceMs);
      await exited;
      clearTimeout(timer);
    },
    kill: pipe.kill,
  };
}
