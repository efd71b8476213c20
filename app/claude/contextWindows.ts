/**
 * Asks the CLI for the context windows of the models that it lists. It takes 0.5 s, in a process of its own, since nothing returns to
 * the default model, and costs no tokens (context/CLAUDE_PROTOCOL.md, "Control requests"). The answers are stored, so it is done once.
 */
import { errorText } from '../shared/errorText';
import type { KnownModels } from './knownModels';
import type { ClaudeProcess } from './process/claudeProcess';
import { CliTimeoutError } from './process/deadlines/within';
import { CliEndedError } from './process/protocol';
import { waitAtMost } from './waitAtMost';

export interface ContextWindows {
  /** Begins to ask for those that are not known, the first time that it is called. */
  measure(): void;
  /** Resolves when they are known or cannot be, but after 3 s at the latest. Never rejects. */
  measured(): Promise<unknown>;
  /** Ends the process. Resolves when it has ended. */
  close(): Promise<void>;
}

export interface ContextWindowsOptions {
  start(): ClaudeProcess;
  readonly knownModels: KnownModels;
  onChange(): void;
  onWarning(message: string): void;
}

const LONGEST_WAIT_MS = 3_000;

export function createContextWindows({
  start,
  knownModels,
  onChange,
  onWarning,
}: ContextWindowsOptions): ContextWindows {
  let process: ClaudeProcess | undefined;
  let measuring: Promise<void> | undefined;

  const measure = async () => {
    const names = knownModels.unmeasured;
    if (names.length === 0) return;
    try {
      process = start();
      await process.initialize('');
      for (const name of names) await measureModel(process, name, knownModels).catch(unlessBroken);
      onChange();
    } catch (error) {
      onWarning(`the context windows of the models are not known yet: ${errorText(error)}`);
    }
    await process?.close();
  };

  return {
    measure: () => {
      measuring ??= measure();
    },
    measured: () => (measuring === undefined ? Promise.resolve() : waitAtMost(measuring, LONGEST_WAIT_MS)),
    close: async () => {
      process?.kill();
      await measuring;
    },
  };
}

async function measureModel(process: ClaudeProcess, name: string, knownModels: KnownModels): Promise<void> {
  await process.setModel(name);
  const { model, rawMaxTokens } = await process.contextUsage();
  knownModels.learnLimits(model, { contextWindow: rawMaxTokens });
}

/** A version of the CLI may not tell: then the first answer of the model will. Where it has hung or ended, it is asked no more. */
function unlessBroken(error: unknown): void {
  if (error instanceof CliTimeoutError || error instanceof CliEndedError) throw error;
}
