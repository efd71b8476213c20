/**
 * The conversation that a process holds: what was set for it, and the user's messages of its transcript by uuid. A process can be
 * emptied and given another conversation (context/CLAUDE_PROTOCOL.md, "Reuse"). Every step is checked; where the CLI answers
 * anything but what is expected, the process is `spoilt` and must be ended, since nothing is known about what it holds.
 */
import { randomUUID } from 'node:crypto';
import { answerSchema } from './answerSchema';
import type { ResumedSession } from './arguments';
import { type InitializeResult, isConnected, readInitializeResult, readRewindResult } from './messages';
import type { ApiBlock, CacheBreakpoint, ControlRequest } from './outgoingMessages';
import { CLIENT_SERVERS, type ClientTools, createClientTools, type McpToolDefinition } from './tools/clientTools';

/** What `initialize` sets for the life of a process, besides the system prompt. */
export interface ProcessSetup {
  readonly tools?: readonly McpToolDefinition[] | undefined;
  /** A JSON schema that each answer of the process must match. */
  readonly schema?: Readonly<Record<string, unknown>> | undefined;
}

/** What is set before the first message of a conversation. */
export interface ConversationStart {
  /** '' for none. */
  readonly system: string;
  /** A name that `set_model` accepts; undefined for the CLI's default. */
  readonly model: string | undefined;
  readonly setup?: ProcessSetup | undefined;
}

export interface HeldConversation {
  readonly tools: ClientTools;
  /** Whether each answer must match a schema. */
  readonly structured: boolean;
  /** The number of the user's messages that were sent as such, or as texts. Results of tools are not among them while a turn runs. */
  readonly turns: number;
  initialize(system: string, setup: ProcessSetup, signal?: AbortSignal): Promise<InitializeResult>;
  setModel(model: string | undefined, signal?: AbortSignal): Promise<void>;
  /**
   * Sets what differs from what is set. The process must be empty, or hold a conversation without messages.
   * @returns the response to `initialize`, where the process was not initialized before.
   */
  begin(start: ConversationStart, signal?: AbortSignal): Promise<InitializeResult | undefined>;
  /** Changes the system prompt of a conversation that has begun. Does nothing where it is the same. */
  changeSystem(system: string, signal?: AbortSignal): Promise<void>;
  /** Records a message of the user's, and returns its uuid. @param asked whether the model is to answer it. */
  addTurn(asked: boolean): string;
  /** Records a message of the user's that was appended without a turn. */
  addText(): void;
  /** Whether the transcript has a breakpoint of the app's. */
  readonly hasBreakpoint: boolean;
  /** The content of the next question, with the breakpoint where the prompt cache needs one. */
  withBreakpoint(content: ApiBlock[], breakpoint: CacheBreakpoint | undefined): ApiBlock[];
  /** Must be called before a message of the model's is appended. */
  anchorGreeting(signal?: AbortSignal): Promise<void>;
  /** Appends an empty message and removes it, which leaves no trace. Returns false where the process is spoilt. */
  warmUp(): Promise<boolean>;
  /** Removes all messages. Returns false where the process is spoilt. */
  empty(): Promise<boolean>;
  /** Whether the first `kept` of the user's messages can be kept without the others. */
  canRewindTo(kept: number): boolean;
  /** Removes the user's messages after the first `kept`, with what follows them. Returns false where the process is spoilt. */
  rewind(kept: number): Promise<boolean>;
  /** The process is of no use for another conversation. */
  spoil(): void;
}

export interface HeldConversationOptions {
  /** Whether the process was started for more than one conversation. */
  readonly reusable: boolean;
  /** The session with which the process was started. */
  readonly session: ResumedSession | undefined;
  request(control: ControlRequest, signal?: AbortSignal): Promise<unknown>;
  initialize(control: ControlRequest, signal?: AbortSignal): Promise<unknown>;
  rewindRequest(control: ControlRequest): Promise<unknown>;
  /** Appends an empty message of the user's that the model is not asked. Resolves when the CLI has taken it. */
  sendAnchor(uuid: string, signal?: AbortSignal): Promise<void>;
}

interface Turn {
  /** undefined for a text that was appended without a turn, to which the CLI does not rewind. */
  readonly uuid: string | undefined;
  /** Whether the model was asked, upon which the CLI has put its note for the model behind the first such message. */
  readonly asked: boolean;
}

export function createHeldConversation(options: HeldConversationOptions): HeldConversation {
  const { reusable, request, session } = options;
  const turns: Turn[] = (session?.userUuids ?? []).map((uuid, at) => ({
    uuid,
    asked: at === 0 && session?.hasNotes === true,
  }));
  let tools = createClientTools([]);
  let initialized = false;
  let system = '';
  let model: string | undefined;
  let schemaJson = schemaKey(undefined);
  /**
   * An empty message of the user's ahead of a conversation that begins with a message of the model's: emptying the process cuts from the
   * user's first message on, so that the model's message in front of it would stay.
   */
  let anchor: string | undefined;
  let spoilt = false;
  /** The index of the turn whose content has the breakpoint. */
  let breakpointAt: number | undefined;

  /** A request that fails leaves the old setting in force. */
  const orSpoil = async <T>(promise: Promise<T>): Promise<T> => {
    try {
      return await promise;
    } catch (error) {
      spoilt = true;
      throw error;
    }
  };

  const initialize: HeldConversation['initialize'] = async (prompt, { tools: definitions = [], schema }, signal) => {
    initialized = true;
    system = prompt;
    schemaJson = schemaKey(schema);
    tools = createClientTools(definitions);
    const control: ControlRequest = {
      subtype: 'initialize',
      systemPrompt: prompt === '' ? [] : [prompt],
      ...(schema && { jsonSchema: answerSchema(schema) }),
      ...(!tools.isEmpty && { sdkMcpServers: [tools.server], sdkMcpServerManifests: tools.manifest }),
    };
    return readInitializeResult(await orSpoil(options.initialize(control, signal)));
  };

  /** @param prompt undefined leaves the system prompt as it is. */
  const setModel = async (name: string | undefined, prompt: string | undefined, signal?: AbortSignal) => {
    const control: ControlRequest = {
      subtype: 'set_model',
      ...(name !== undefined && { model: name }),
      ...(prompt !== undefined && { system_prompt: prompt }),
    };
    await orSpoil(request(control, signal));
    model = name;
    system = prompt ?? system;
  };

  /** @throws Error where the CLI does not take the new tools. */
  const exchangeTools = async (definitions: readonly McpToolDefinition[], signal?: AbortSignal) => {
    const [first, second] = CLIENT_SERVERS;
    const next = createClientTools(definitions, tools.server === first ? second : first);
    await request({ subtype: 'mcp_set_servers', servers: {} }, signal);
    tools = next;
    if (next.isEmpty) return;
    const servers = { sdkMcpServers: [next.server], sdkMcpServerManifests: next.manifest };
    const { sdk_mcp_manifests_parked: parked } = readInitializeResult(
      await options.initialize({ subtype: 'initialize', ...servers }, signal),
    );
    // 2.1.280 does not say what became of the servers.
    const taken = parked
      ? parked[next.server] !== undefined
      : isConnected(await request({ subtype: 'mcp_status' }, signal), next.server);
    if (!taken) throw new Error('the CLI did not take the tools of another conversation');
  };

  /** Cuts from a message of the user's on. @param isFirst whether no message may be left. */
  const cut = async (target: string, isFirst: boolean): Promise<boolean> => {
    const control: ControlRequest = {
      subtype: 'rewind_conversation',
      target_message_uuid: target,
      last_seen_user_message_uuid: turns.findLast(({ uuid }) => uuid !== undefined)?.uuid ?? target,
    };
    try {
      let result = readRewindResult(await options.rewindRequest(control));
      // The `result` of an interrupted turn can come just before the CLI counts the turn as ended.
      if (!result.rewound && result.reason === 'turn_running') {
        result = readRewindResult(await options.rewindRequest(control));
      }
      spoilt = !result.rewound || (isFirst && result.precedingAssistantUuid !== null);
    } catch {
      spoilt = true;
    }
    return !spoilt;
  };

  const keep = (kept: number) => {
    turns.length = kept;
    tools.forgetCalls();
    if (breakpointAt !== undefined && breakpointAt >= kept) breakpointAt = undefined;
  };

  const empty = async (): Promise<boolean> => {
    // What a session has set on the command line would stay.
    if (spoilt || !reusable || session) return false;
    const target = anchor ?? turns[0]?.uuid;
    if (target === undefined && turns.length > 0) spoilt = true;
    if (spoilt || (target !== undefined && !(await cut(target, true)))) return false;
    keep(0);
    anchor = undefined;
    return true;
  };

  const canRewindTo = (kept: number) => kept === turns.length || turns[kept]?.uuid !== undefined;

  const rewind: HeldConversation['rewind'] = async (kept) => {
    if (spoilt || !reusable) return false;
    if (kept === turns.length) return true;
    const target = turns[kept]?.uuid;
    if (target === undefined) spoilt = true;
    if (target === undefined || !(await cut(target, false))) return false;
    keep(kept);
    return true;
  };

  /** Sets what differs in a process that was initialized before. */
  const beginAnew = async ({ system: prompt, model: name, setup = {} }: ConversationStart, signal?: AbortSignal) => {
    const { tools: definitions = [], schema } = setup;
    if (schemaKey(schema) !== schemaJson) throw new Error('the schema of a process cannot change');
    const newTools = !tools.equals(definitions);
    const newPrompt = prompt !== system;
    if (newPrompt && prompt === '') throw new Error('the system prompt of a process cannot be removed');
    if (newPrompt || name !== model) await setModel(name, newPrompt ? prompt : undefined, signal);
    if (newTools) await orSpoil(exchangeTools(definitions, signal));
  };

  const anchorGreeting: HeldConversation['anchorGreeting'] = async (signal) => {
    if (!reusable || anchor !== undefined || turns.length > 0) return;
    const uuid = randomUUID();
    await orSpoil(options.sendAnchor(uuid, signal));
    anchor = uuid;
  };

  const addTurn = (asked: boolean): string => {
    const uuid = randomUUID();
    turns.push({ uuid, asked });
    return uuid;
  };

  return {
    get tools() {
      return tools;
    },
    get structured() {
      return schemaJson !== schemaKey(undefined);
    },
    get turns() {
      return turns.length;
    },
    initialize,
    setModel: (name, signal) => setModel(name, undefined, signal),
    begin: async (start, signal) => {
      if (initialized) {
        await orSpoil(beginAnew(start, signal));
        return undefined;
      }
      const result = await initialize(start.system, start.setup ?? {}, signal);
      // A process with a session got its model on the command line.
      if (start.model !== undefined && turns.length === 0) await setModel(start.model, undefined, signal);
      model = start.model;
      return result;
    },
    changeSystem: async (prompt, signal) => {
      if (prompt === system) return;
      if (!reusable || prompt === '') throw new Error('the system prompt of this process cannot change to this');
      await setModel(model, prompt, signal);
    },
    addTurn,
    addText: () => void turns.push({ uuid: undefined, asked: false }),
    get hasBreakpoint() {
      return breakpointAt !== undefined;
    },
    withBreakpoint: (content, breakpoint) => {
      // The CLI leaves out the breakpoint of an image or a document.
      const last = content.findLastIndex(({ type }) => type === 'text' || type === 'tool_result');
      const isFirstQuestion = turns.length > 0 && turns.every(({ asked }) => !asked);
      if (!isFirstQuestion || !breakpoint || last === -1) return content;
      breakpointAt = turns.length;
      return content.map((block, at) => (at === last ? { ...block, cache_control: breakpoint } : block));
    },
    anchorGreeting,
    warmUp: async () => {
      await orSpoil(options.sendAnchor(addTurn(false)));
      return empty();
    },
    empty,
    canRewindTo,
    rewind,
    spoil: () => {
      spoilt = true;
    },
  };
}

/** Schemas without properties in another order are equal. */
function schemaKey(schema: ProcessSetup['schema']): string {
  return JSON.stringify(schema ?? null);
}
