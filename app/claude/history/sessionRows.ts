/**
 * The rows with which a session file of the app's becomes equal to one of the CLI's: its notes for the model on the environment, the model
 * and the date, behind the first question. They are learned from the CLI, once for each version and model, and kept in a file.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { errorText } from '../../shared/errorText';
import { SessionRow } from './learnRows';

export interface SessionRows {
  /**
   * The rows for a conversation that begins today; none where they are not known, in which case they are learned in the background.
   * @param model its full name; undefined where it is not known.
   */
  rowsFor(model: string | undefined): readonly SessionRow[];
  /** Ends the process that is being learned from. Resolves when it has ended. */
  close(): Promise<void>;
}

export interface SessionRowsOptions {
  /** Created where it does not exist, and ignored where it cannot be read. */
  readonly file: string;
  /** All that the rows depend on besides the model. Other rows than those of the same environment are forgotten. */
  environment(): readonly string[];
  /** As `learnRows`. */
  learn(model: string, signal: AbortSignal): Promise<readonly SessionRow[]>;
  /** The time until the learning begins, in ms. Default 2 s: the request that needs the rows gets the processor first. */
  readonly delayMs?: number;
  /** Called with a message for the log. */
  onWarning(message: string): void;
}

const Stored = z.object({
  environment: z.string(),
  /** By the model's full name. */
  models: z.record(
    z.string(),
    z.object({
      /** The day on which they were learned, as in the row of the type `date`. */
      date: z.string(),
      rows: z.array(SessionRow),
    }),
  ),
});
type Stored = z.infer<typeof Stored>;

/** All that the rows depend on besides the model: the CLI's note names the folder, the user's shell and the system. */
export function rowsEnvironment(version: string | undefined, folder: string, env: NodeJS.ProcessEnv): string[] {
  return [version ?? '', folder, env.SHELL ?? '', os.platform(), os.release()];
}

const DELAY_MS = 2_000;

export function createSessionRows(options: SessionRowsOptions): SessionRows {
  const { file, delayMs = DELAY_MS } = options;
  let stored = read(file);
  /** The models that were or are being learned in this run: each is tried once. */
  const tried = new Set<string>();
  const closing = new AbortController();
  let learning = Promise.resolve();

  const known = (): Stored => {
    const environment = JSON.stringify(options.environment());
    if (stored?.environment !== environment) {
      stored = { environment, models: {} };
      tried.clear();
    }
    return stored;
  };

  const learn = async (model: string) => {
    try {
      await sleep(delayMs, undefined, { ref: false, signal: closing.signal });
      const { environment } = known();
      const rows = await options.learn(model, closing.signal);
      // Meanwhile another version may have been installed.
      if (known().environment !== environment) return;
      known().models[model] = { date: dateOf(rows) ?? today(), rows: [...rows] };
      write(file, known());
    } catch (error) {
      if (closing.signal.aborted) return;
      options.onWarning(`resumed conversations do not use the API's prompt cache: ${errorText(error)}`);
    }
  };

  return {
    rowsFor: (model) => {
      if (model === undefined) return [];
      const entry = known().models[model];
      if (entry) return entry.rows.map((row) => withDate(row, entry.date, today()));
      if (!tried.has(model) && !closing.signal.aborted) {
        tried.add(model);
        learning = learning.then(() => learn(model));
      }
      return [];
    },
    close: () => {
      closing.abort(new Error('the app is stopping'));
      return learning;
    },
  };
}

const DATE_ROW = 'date';

function dateOf(rows: readonly SessionRow[]): string | undefined {
  const date = rows.find(({ attachment }) => attachment.type === DATE_ROW)?.attachment.date;
  return typeof date === 'string' && date !== '' ? date : undefined;
}

function withDate(row: SessionRow, learned: string, date: string): SessionRow {
  if (row.attachment.type !== DATE_ROW || learned === date) return row;
  return SessionRow.parse(JSON.parse(JSON.stringify(row).replaceAll(learned, date)));
}

/** Such as 2026-11-26, in local time, as the CLI writes it. */
function today(): string {
  const now = new Date();
  const [month, day] = [now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, '0'));
  return `${now.getFullYear()}-${month}-${day}`;
}

function read(file: string): Stored | undefined {
  try {
    return Stored.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** @throws Error where it cannot be written. */
function write(file: string, content: Stored): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.new`;
  writeFileSync(draft, JSON.stringify(content), { mode: 0o600 });
  renameSync(draft, file);
}
