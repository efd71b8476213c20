/**
 * Writes a history as one of the CLI's session files. A process that is started with `--resume` reads the whole file at once,
 * whereas a replay takes about 15 ms a turn (context/CLAUDE_PROTOCOL.md, "A long history").
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { jsonPieces } from '../../shared/jsonPieces';
import type { SessionRow } from '../history/learnRows';
import { isAtLeast } from '../installation/inspectClaude';
import type { ApiMessage } from './outgoingMessages';

/**
 * Whether this version of the CLI reads such a file without changing the history. The format is internal to the CLI, so only
 * versions that were tested count.
 */
export function supportsSessionFiles(version: string): boolean {
  return isAtLeast(version, '2.1.280') && !isAtLeast(version, '2.2.0');
}

export interface SplitHistory {
  /** The messages for a session file; empty where a file would not save time. */
  readonly resumable: readonly ApiMessage[];
  /** The messages after those, which must be replayed. */
  readonly remaining: readonly ApiMessage[];
}

/** A session file needs a new process of its own; the replay of this many user messages takes as long as starting one. */
const MIN_USER_MESSAGES = 24;

/**
 * Splits a history after the model's last message without a tool call. After any other message the CLI takes the session for
 * an interrupted one and adds messages that say so.
 */
export function splitHistory(history: readonly ApiMessage[]): SplitHistory {
  const end = history.findLastIndex(
    ({ role, content }) => role === 'assistant' && content.every(({ type }) => type !== 'tool_use'),
  );
  const resumable = history.slice(0, end + 1);
  const userMessages = resumable.filter(({ role }) => role === 'user').length;
  return userMessages < MIN_USER_MESSAGES
    ? { resumable: [], remaining: history }
    : { resumable, remaining: history.slice(end + 1) };
}

/** In UTF-16 units. Other work runs between two writes. */
const WRITE_LENGTH = 256 * 1024;

/** A session file that was written. */
export interface SessionFile {
  /** The path. */
  readonly file: string;
  /** The uuids of the user's messages in it, in their order. */
  readonly userUuids: readonly string[];
  /** Whether the rows with the CLI's notes for the model are in it. */
  readonly hasNotes: boolean;
}

/**
 * @param folder created where it does not exist. Only the user can read the folder and the file.
 * @param rows those that the CLI itself puts behind the first message of the user's; empty where they are not known.
 */
export async function writeSessionFile(
  folder: string,
  history: readonly ApiMessage[],
  rows: readonly SessionRow[] = [],
): Promise<SessionFile> {
  const sessionId = randomUUID();
  const timestamp = new Date().toISOString();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const name = path.join(folder, `${sessionId}.jsonl`);
  const file = await open(name, 'w', 0o600);
  const userUuids: string[] = [];
  const common = { isSidechain: false, userType: 'external', cwd: folder, sessionId, timestamp };
  let parentUuid: string | null = null;
  let text = '';
  const add = async (entry: object): Promise<string> => {
    const uuid = randomUUID();
    for (const piece of jsonPieces({ ...common, ...entry, uuid, parentUuid })) {
      text += piece;
      if (text.length < WRITE_LENGTH) continue;
      await file.writeFile(text);
      text = '';
    }
    text += '\n';
    parentUuid = uuid;
    return uuid;
  };
  try {
    for (const message of history) {
      const uuid = await add({ type: message.role, message: sessionMessage(message) });
      if (message.role !== 'user') continue;
      userUuids.push(uuid);
      if (userUuids.length === 1) for (const row of rows) await add({ type: 'attachment', ...row });
    }
    await file.writeFile(text);
  } finally {
    await file.close();
  }
  return { file: name, userUuids, hasNotes: rows.length > 0 };
}

export function removeSessionFile(file: string): Promise<void> {
  return rm(file, { force: true });
}

/** Removes the files that an app that was killed has left. Never rejects. */
export async function removeSessionFiles(folder: string): Promise<void> {
  const names = await readdir(folder).catch((): string[] => []);
  await Promise.allSettled(names.map((name) => removeSessionFile(path.join(folder, name))));
}

/** The CLI expects the fields of a response of the Messages API in an assistant message. */
function sessionMessage(message: ApiMessage): object {
  if (message.role === 'user') return message;
  const { role, content } = message;
  const usage = { input_tokens: 0, output_tokens: 0 };
  return { id: `msg_${randomUUID()}`, type: 'message', role, model: '', content, stop_reason: 'end_turn', usage };
}
