/**
 * How long the app waits for a process of the CLI, in ms, and why that long. A process that misses a deadline is killed with its
 * tree; its request goes to another process once if nothing was sent to the client yet.
 *
 * The measured times are those of CLI 2.1.330 on two cores. A deadline is many times as long, since a loaded machine or one that
 * swaps is slow but does work.
 */
export interface Deadlines {
  /** From the start of a process to its response to `initialize`: 0.5 s measured; a cold disk and many starts at once take 10 s. */
  readonly initializeMs: number;
  /** The response to `set_model`, `apply_flag_settings` or `set_max_thinking_tokens`: 2 ms measured. No request to the API is part of it. */
  readonly controlMs: number;
  /** The `result` of one replayed message of the user's: 15 ms measured; images of many megabytes are decoded in this time. */
  readonly replayStepMs: number;
  /** From a question to the first line about it, which the CLI writes before it asks the API: 5 ms measured, more with large images. */
  readonly turnStartMs: number;
  /** Until the CLI has read a line from its pipe: the CLI reads 64 MB, the largest request body, in about a second. */
  readonly writeMs: number;
  /** From an interrupt to the end of the turn: 16 ms measured. */
  readonly interruptMs: number;
  /** The response to `rewind_conversation`: 1 to 4 ms measured. A process that takes longer is ended, which costs no request anything. */
  readonly rewindMs: number;
  /** From closing its stdin to the exit of an idle process: 50 ms measured. */
  readonly closeMs: number;
  /**
   * From the user's request to end a conversation to its end: an interrupt and an exit that both take as long as they may. It takes
   * longer only where the client does not read its answer, so that the end of the answer is not reached.
   */
  readonly endMs: number;
  /** How long a request waits in the queue for a process: as long as the packages of OpenAI and Anthropic wait for an answer. */
  readonly queueMs: number;
  /** The list of models where none is known yet: a look for the CLI, whose two commands may take 15 s each, and an `initialize`. */
  readonly modelsMs: number;
}

export const DEADLINES: Deadlines = {
  initializeMs: 60_000,
  controlMs: 10_000,
  replayStepMs: 60_000,
  turnStartMs: 60_000,
  writeMs: 30_000,
  interruptMs: 2_000,
  rewindMs: 2_000,
  closeMs: 2_000,
  endMs: 5_000,
  queueMs: 10 * 60_000,
  modelsMs: 60_000,
};

/** How long the CLI may write nothing while the API owes an answer; the setting `turnTimeoutMinutes` replaces this. */
export const TURN_SILENCE_MS = 5 * 60_000;
