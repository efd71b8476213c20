/**
 * A history as one of the CLI's own session files, for a process that is started with `--resume`: it takes up all of it
 * at once, where one turn after the other costs ~15 ms each (context/CLAUDE_PROTOCOL.md, "A long history").
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isAtLeast } from '../installation/inspectClaude';
import type { ApiMessage } from './messages';

/**
 * Whether a CLI of the version takes up such a file exactly as it is. The format is the CLI's own affair, so versions
 * that nobody has tried yet do not count.
 */
export function readsSessionFiles(version: string): boolean {
  return isAtLeast(version, '2.1.280') && !isAtLeast(version, '2.2.0');
}

export interface SplitHistory {
  /** What a file can hold; empty where it is not worth one. */
  readonly resumable: readonly ApiMessage[];
  /** What is to be replayed after it. */
  readonly remaining: readonly ApiMessage[];
}

/** A process of its own has to be started for the file; so many turns of the user's take as long to replay. */
const WORTH_A_FILE = 24;

/** A session that does not end with words of the model's is to the CLI one that was interrupted, which it then says in it. */
export function splitHistory(history: readonly ApiMessage[]): SplitHistory {
  const end = history.findLastIndex(
    ({ role, content }) => role === 'assistant' && content.every(({ type }) => type !== 'tool_use'),
  );
  const resumable = history.slice(0, end + 1);
  const turns = resumable.filter(({ role }) => role === 'user').length;
  return turns < WORTH_A_FILE
    ? { resumable: [], remaining: history }
    : { resumable, remaining: history.slice(end + 1) };
}

/** @param folder of the app's own, for nobody but the user to read. @returns the file's path */
export async function writeSessionFile(folder: string, history: readonly ApiMessage[]): Promise<string> {
  const sessionId = randomUUID();
  const timestamp = new Date().toISOString();
  let parentUuid: string | null = null;
  const rows = history.map((message) => {
    const uuid = randomUUID();
    const row = { type: message.role, message: filedMessage(message), uuid, parentUuid, sessionId, timestamp };
    parentUuid = uuid;
    return `${JSON.stringify({ ...row, isSidechain: false, userType: 'external', cwd: folder })}\n`;
  });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, `${sessionId}.jsonl`);
  await writeFile(file, rows, { mode: 0o600 });
  return file;
}

export function removeSessionFile(file: string): Promise<void> {
  return rm(file, { force: true });
}

/** Removes what an app that was killed has left. Never rejects. */
export async function removeSessionFiles(folder: string): Promise<void> {
  const names = await readdir(folder).catch((): string[] => []);
  await Promise.allSettled(names.map((name) => removeSessionFile(path.join(folder, name))));
}

function filedMessage(message: ApiMessage): object {
  if (message.role === 'user') return message;
  const { role, content } = message;
  const usage = { input_tokens: 0, output_tokens: 0 };
  return { id: `msg_${randomUUID()}`, type: 'message', role, model: '', content, stop_reason: 'end_turn', usage };
}
