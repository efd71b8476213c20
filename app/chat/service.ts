/** What the chat offers to the dialects and to the window; `chat.ts` builds it. */
import type { Model } from '../claude/models';
import type { RateLimitInfo } from '../claude/process/messages';
import type { Usage } from '../shared/usage';
import type { ChatEvent } from './events';
import type { ChatRequest } from './request';

export type { Model } from '../claude/models';

/** A conversation that a live process holds. */
export interface LiveConversation {
  readonly id: string;
  readonly client: string;
  readonly model: string;
  readonly phase: 'preparing' | 'answering' | 'waiting_for_tool' | 'idle';
  readonly turns: number;
  readonly usage: Usage;
  readonly startedAt: number;
  readonly lastUsedAt: number;
  readonly pid: number | null;
  /** When it ends unless it is used again: Infinity for never, null while it is busy. */
  readonly expiresAt: number | null;
}

export interface Chat {
  /**
   * Asks, and yields the answer as it comes. Never throws: what goes wrong is the last event, `error`.
   * Ending the iteration early or aborting the signal interrupts the model.
   */
  ask(request: ChatRequest, signal: AbortSignal): AsyncIterable<ChatEvent>;

  /**
   * The models that the CLI lists, aliases first. Answers from memory once the first process has said them;
   * until then waits for that.
   * @throws ChatError `cli_missing`, `cli_outdated` or `cli_failed` when there is no list to give.
   */
  models(): Promise<readonly Model[]>;

  /**
   * The model that a client's name for it stands for: any case, with or without `:latest` or a provider's prefix,
   * an alias, a full name, or an older name of the same family.
   * @throws ChatError `model_not_found`, with the names there are.
   */
  resolve(name: string): Promise<Model>;

  /** Has a process ready for the model, and lists the model as loaded. @param keepMs for how long; default: the setting. */
  load(model: Model, keepMs: number | undefined): void;

  /** Ends the model's idle processes; one that is answering ends when it has. */
  unload(model: Model): Promise<void>;

  /** The models that were loaded without a question: full names, and until when (ms since the epoch). */
  loaded(): ReadonlyMap<string, number>;

  live(): readonly LiveConversation[];

  /** What the CLI has reported last of each of the plan's limits. */
  limits(): readonly RateLimitInfo[];

  /** Spare processes, and requests that wait for one. */
  pool(): { readonly spares: number; readonly waiting: number };

  /** What each of the processes holds of the memory, in bytes, by pid; one that cannot be asked is left out. */
  memory(): Promise<ReadonlyMap<number, number>>;

  /** Ends the live conversation's process, interrupting its turn if it has one. False where there is none. */
  end(conversation: string): Promise<boolean>;
}
