/**
 * Writes a history as one of the CLI's session files. A process that is started with `--resume` reads the whole file at once,
 * whereas a replay takes 2 ms for each turn (context/CLAUDE_PROTOCOL.md, "A long history").
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { jsonPieces } from '../../shared/largeTexts/jsonPieces';
import { isAtLeast } from '../installation/inspectClaude';
import { textsWithoutTurn } from '../process/historyReplay';
import type { ApiMessage } from '../process/outgoingMessages';
import type { SessionRow } from './learnRows';

/**
 * Whether this version of the CLI reads such a file without changing the history. The format is internal to the CLI, so only
 * versions that were tested count.
 */
export function supportsSessionFiles(version: string): boolean {
  return isAtLeast(version, '2.1.280') && !isAtLeast(version, '2.2.0');
}

export interface SplitHistory {
  /** The messages that a session file can have. */
  readonly resumable: readonly ApiMessage[];
  /** The messages after those, which must be replayed. */
  readonly remaining: readonly ApiMessage[];
}

/**
 * Splits a history after the model's last message without a tool call. After any other message the CLI takes the session for
 * an interrupted one and adds messages that say so.
 */
export function splitHistory(history: readonly ApiMessage[]): SplitHistory {
  const end = history.findLastIndex(
    ({ role, content }) => role === 'assistant' && content.every(({ type }) => type !== 'tool_use'),
  );
  return { resumable: history.slice(0, end + 1), remaining: history.slice(end + 1) };
}

/**
 * A session file needs a new process of its own: its first token comes after 250 to 350 ms, and 300 ms of CPU time, whatever the length.
 * A replay takes 2 ms for each turn of the user's, and 0.2 ms for each text that is appended without one.
 */
const MIN_TURNS = 120;
/** How many texts take as long as a turn. */
const TEXTS_PER_TURN = 10;

/** Whether the history is so long that a session file with the CLI's notes is worth a new process. */
export function isLongHistory(history: readonly ApiMessage[]): boolean {
  return history.filter(({ role }) => role === 'user').length >= MIN_TURNS;
}

/** Whether a session file is faster than a replay. @param appendsTexts whether texts may be appended without a turn. */
export function isSlowToReplay(history: readonly ApiMessage[], appendsTexts: boolean): boolean {
  const messages = history.filter(({ role }) => role === 'user').length;
  const texts = appendsTexts && messages >= MIN_TURNS ? textsWithoutTurn(history).size : 0;
  return messages - texts + texts / TEXTS_PER_TURN >= MIN_TURNS;
}

/** In characters, of which a token has about four: the API takes longer to read so many tokens anew than a process to start. */
const MIN_CACHED_LENGTH = 16_000;

/** Whether the history is so large that it is worth a new process where the API may still have it in its prompt cache. */
export function isWorthCaching(history: readonly ApiMessage[]): boolean {
  let length = 0;
  for (const { content } of history) {
    for (const block of content) {
      length += block.type === 'text' ? block.text.length : JSON.stringify(block).length;
      if (length >= MIN_CACHED_LENGTH) return true;
    }
  }
  return false;
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
