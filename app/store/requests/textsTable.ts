/** The texts of requests, and the index of their words, as tables of SQLite. */
import { z } from 'zod';
import type { RequestTexts, SaidPart } from '../../shared/contract';
import type { Database } from '../database';
import { INDEX_ONE, MAX_INDEXED_AT_ONCE } from './indexSql';
import type { DeletionMarks } from './requestsTable';

export interface TextsTable {
  insert(seq: number, texts: RequestTexts): void;
  /** null where there are none. */
  find(seq: number): RequestTexts | null;
  /** Makes the row and its texts searchable, which `isIndexedAtOnce` has allowed. */
  index(seq: number): void;
  /** Deletes the texts; the row stays, and is still found by its own words. */
  delete(seq: number): void;
  /** Bytes of all texts above this number. */
  bytes(above: number): number;
  /** The number up to which texts must be deleted so that the rest takes at most so many bytes. */
  excess(above: number, maxBytes: number): number;
  /** Whether there are texts up to this number. */
  hasUpTo(seq: number): boolean;
}

/** @param marks up to which number texts are deleted. */
export function textsTable(database: Database, marks: DeletionMarks): TextsTable {
  const insert = database.prepare(
    `INSERT OR REPLACE INTO request_texts (seq, bytes, system, earlier_messages, question, answer, images)
     VALUES (:seq, :bytes, :system, :earlier_messages, :question, :answer, :images)`,
  );
  const find = database.prepare('SELECT * FROM request_texts WHERE seq = ?');
  const index = database.prepare(INDEX_ONE);
  const unindex = database.prepare('DELETE FROM request_index WHERE rowid = ?');
  const remove = database.prepare('DELETE FROM request_texts WHERE seq = ?');
  const bytes = database.prepare('SELECT total(bytes) AS bytes FROM request_texts WHERE seq > ?');
  const hasUpTo = database.prepare('SELECT 1 FROM request_texts WHERE seq <= ? LIMIT 1');
  const sizes = database.prepare('SELECT seq, bytes FROM request_texts WHERE seq > ? ORDER BY seq DESC');
  return {
    insert: (seq, texts) => {
      const images = texts.question.flatMap((part) => (part.kind === 'image' ? [part.dataUrl] : []));
      const question = texts.question.map((part) => (part.kind === 'image' ? { ...part, dataUrl: null } : part));
      const columns = {
        system: texts.system,
        question: JSON.stringify(question),
        answer: JSON.stringify(texts.answer),
        images: JSON.stringify(images),
      };
      const size = Object.values(columns).reduce((sum, text) => sum + text.length, 0);
      insert.run({ seq, bytes: size, earlier_messages: texts.earlierMessages, ...columns });
    },
    find: (seq) => {
      const row = find.get(seq);
      return row === undefined ? null : toTexts(row);
    },
    index: (seq) => index.run({ seq, most: MAX_INDEXED_AT_ONCE, texts: marks.texts }),
    delete: (seq) => {
      remove.run(seq);
      unindex.run(seq);
      index.run({ seq, most: MAX_INDEXED_AT_ONCE, texts: marks.texts });
    },
    bytes: (above) => Number(bytes.get(above)?.bytes ?? 0),
    excess: (above, maxBytes) => {
      let sum = 0;
      for (const row of sizes.all(above)) {
        sum += Number(row.bytes);
        if (sum > maxBytes) return Number(row.seq);
      }
      return above;
    },
    hasUpTo: (seq) => hasUpTo.get(seq) !== undefined,
  };
}

/** Whether the texts are short enough to be indexed on the main thread; of longer ones, a worker does it. */
export function isIndexedAtOnce(texts: RequestTexts | null): boolean {
  return texts === null || lengthOf(texts) <= MAX_INDEXED_AT_ONCE;
}

/** Of what is searched, in characters. */
function lengthOf({ question, answer }: RequestTexts): number {
  return [...question, ...answer].reduce((sum, part) => {
    if (part.kind === 'tool_call') return sum + part.name.length + part.input.length;
    return 'text' in part ? sum + part.text.length : sum;
  }, 0);
}

const text = z.string();
const number = z.number();
const Part: z.ZodType<SaidPart> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text }),
  z.object({ kind: z.literal('thinking'), text }),
  z.object({ kind: z.literal('tool_call'), id: text, name: text, input: text, done: z.boolean() }),
  z.object({ kind: z.literal('tool_result'), id: text, isError: z.boolean(), text }),
  z.object({ kind: z.literal('image'), mediaType: text, bytes: number, dataUrl: text.nullable() }),
  z.object({ kind: z.literal('document'), title: text, bytes: number }),
]);
const Parts = z.array(Part);
const Images = z.array(text.nullable());
const Columns = z.object({ system: text, earlier_messages: number, question: text, answer: text, images: text });

function toTexts(row: unknown): RequestTexts {
  const columns = Columns.parse(row);
  const images = Images.parse(JSON.parse(columns.images));
  const question = Parts.parse(JSON.parse(columns.question)).map((part) =>
    part.kind === 'image' ? { ...part, dataUrl: images.shift() ?? null } : part,
  );
  return {
    system: columns.system,
    earlierMessages: columns.earlier_messages,
    question,
    answer: Parts.parse(JSON.parse(columns.answer)),
    // Of an answer that has ended, nothing is newer.
    version: Number.MAX_SAFE_INTEGER,
    running: false,
  };
}
