/** The interface of the chat for the dialects and for the window; `chat.ts` implements it. */
import type { Model } from '../claude/models';
import type { ClaudeProcess } from '../claude/process/claudeProcess';
import type { RateLimitInfo } from '../claude/process/messages';
import type { Usage } from '../shared/usage';
import type { ChatEvent } from './events';
import type { ChatRequest } from './request';
import type { LatestTurn } from './turn/latestTurn';

export type { Model } from '../claude/models';

/** The state of a live conversation: one that has a process, or whose process was taken for another while its transcript is kept. */
export interface ConversationStatus {
  readonly id: string;
  /** As in `ChatRequest`. */
  readonly owner: string;
  /** A short name of the program that sent its last request. */
  readonly client: string;
  /** The start of its first question, on one line. */
  readonly title: string;
  /** The model's full name. */
  readonly model: string;
  /** `parked`: idle, and another conversation has its process. */
  readonly phase: 'preparing' | 'answering' | 'waiting_for_tool' | 'idle' | 'parked';
  /** How many answers its history has. */
  readonly turns: number;
  readonly usage: Usage;
  /** In ms since the epoch, like `lastUsedAt` and `expiresAt`. */
  readonly startedAt: number;
  readonly lastUsedAt: number;
  /** null where it has no process. */
  readonly pid: number | null;
  /** When its process ends unless a request uses it before: Infinity for never, null while it is busy. */
  readonly expiresAt: number | null;
}

/** A report on a rate limit of an account's plan. */
export interface AccountRateLimit extends RateLimitInfo {
  /** The account's id. */
  readonly account: string;
}

export interface Chat {
  /**
   * Sends the request to the model and yields the answer as it comes. Never throws: an error is the last event, `error`.
   * Ending the iteration early or aborting the signal interrupts the model.
   */
  ask(request: ChatRequest, signal: AbortSignal): AsyncIterable<ChatEvent>;

  /**
   * The models that clients see in lists: the owner's further names, then those of the CLI, aliases first. Where no run of the app has learned them yet, the call waits until a process has
   * reported them, but 10 s at most; later calls return the same list at once.
   * @throws ChatError `cli_missing`, `cli_outdated` or `cli_failed` when the CLI cannot report any.
   */
  models(): Promise<readonly Model[]>;

  /** As `models`, with those that the owner has taken off the lists. */
  allModels(): Promise<readonly Model[]>;

  /** The model that a name stands for, as `resolveModel`; undefined where it stands for none: the owner's default model does not step in. */
  findModel(name: string): Promise<Model | undefined>;

  /**
   * The model that a client's name for it stands for: any case, with or without `:latest` or a provider's prefix,
   * an alias, a full name, or an older name of the same family. A name that stands for none is the owner's default model, if there is one.
   * @throws ChatError `model_not_found`, with the names of the models that exist.
   */
  resolveModel(name: string): Promise<Model>;

  /** Prepares a process for the model and lists the model as loaded. @param keepMs for how long, in ms; default: the setting. */
  loadModel(model: Model, owner: string, keepMs: number | undefined): void;

  /** Ends the processes that idle with the owner's conversations with the model; one that is answering ends after its answer. */
  unloadModel(model: Model, owner: string): Promise<void>;

  /**
   * The models that the owner has loaded with `loadModel`: full names, and until when (ms since the epoch). For the owner '' those of all: an API
   * key does not see what others do, and a program that needs none sees everything, as with Ollama.
   */
  loadedModels(owner: string): ReadonlyMap<string, number>;

  liveConversations(): readonly ConversationStatus[];

  /** The CLI's last report on each of the plans' rate limits. */
  rateLimits(): readonly AccountRateLimit[];

  /** The number of spare processes, of requests that wait for a process, and of lines that were skipped as none of the CLI's messages. */
  poolState(): { readonly spares: number; readonly waiting: number; readonly skippedLines: number };

  /** The memory of each live conversation's process, in bytes, by pid; a process that cannot be measured is left out. */
  processMemory(): Promise<ReadonlyMap<number, number>>;

  /** The question that the live conversation answers or has answered last; undefined where it has not been asked yet or is not live. */
  latestTurn(conversation: string): LatestTurn | undefined;

  /** Interrupts the answer that the live conversation gives now; the conversation stays. Returns false where there is none. */
  interruptConversation(conversation: string): boolean;

  /** Ends the live conversation's process, interrupting its turn if it has one. Returns false where no such conversation is live. */
  endConversation(conversation: string): Promise<boolean>;

  /** Ends the live conversations with these processes. Resolves when they are gone. @param reason for the clients of running turns. */
  endConversationsOf(isTheirs: (process: ClaudeProcess) => boolean, reason: string): Promise<void>;
}
