/** A value as an indented tree. Large parts are folded at first, and what is folded does not exist. */
import { useState } from 'react';
import { formatCount, plural } from '../format';

/** Of a list or an object, so many entries are shown at a time. */
const ENTRIES = 100;
/** A part with more characters than this is folded, but for the outermost. */
const FOLDED_ABOVE = 1_500;
const STRING_PART = 2_000;

export interface JsonTreeProps {
  value: unknown;
  /** Of an entry of an object. */
  name?: string;
  /** Whether its entries are shown without brackets around them: the lines of a stream. */
  bare?: boolean;
  depth?: number;
  /** Folded at first, whatever its size. */
  folded?: boolean;
}

export function JsonTree({ value, name, bare = false, depth = 0, folded = false }: JsonTreeProps) {
  if (typeof value !== 'object' || value === null) {
    return (
      <div className="json-line">
        <Name name={name} />
        <Leaf value={value} />
      </div>
    );
  }
  const entries = Object.entries(value);
  const isList = Array.isArray(value);
  // Of a stream of many lines one reads the lines, not their entries.
  if (bare) return <Entries entries={entries} isList depth={depth} folded={entries.length > 2} />;
  if (entries.length === 0) {
    return (
      <div className="json-line">
        <Name name={name} />
        {isList ? '[]' : '{}'}
      </div>
    );
  }
  return <Folded isOpenAtFirst={!folded} value={value} name={name} depth={depth} />;
}

interface FoldedProps {
  /** Else it is folded whatever its size. */
  isOpenAtFirst: boolean;
  value: object;
  name: string | undefined;
  depth: number;
}

function Folded({ isOpenAtFirst, value, name, depth }: FoldedProps) {
  const [open, setOpen] = useState(
    () => isOpenAtFirst && (depth === 0 || sizeUpTo(value, FOLDED_ABOVE) < FOLDED_ABOVE),
  );
  const entries = Object.entries(value);
  const isList = Array.isArray(value);
  return (
    <details className="json-part" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Name name={name} />
        <span className="json-summary">{open ? (isList ? '[' : '{') : shortText(value, entries.length)}</span>
      </summary>
      {open && <Entries entries={entries} isList={isList} depth={depth} />}
    </details>
  );
}

interface EntriesProps {
  entries: readonly [string, unknown][];
  isList: boolean;
  depth: number;
  folded?: boolean;
}

function Entries({ entries, isList, depth, folded = false }: EntriesProps) {
  const [shown, setShown] = useState(ENTRIES);
  const rest = entries.length - shown;
  return (
    <div className="json-entries">
      {entries.slice(0, shown).map(([key, entry]) => (
        <JsonTree key={key} value={entry} depth={depth + 1} folded={folded} {...(isList ? {} : { name: key })} />
      ))}
      {rest > 0 && (
        <button type="button" className="link json-more" onClick={() => setShown(shown + ENTRIES)}>
          Show more ({formatCount(rest)} left)
        </button>
      )}
    </div>
  );
}

function Name({ name }: { name: string | undefined }) {
  return name === undefined ? null : <span className="json-name">{name}: </span>;
}

function Leaf({ value }: { value: unknown }) {
  const [length, setLength] = useState(STRING_PART);
  if (typeof value !== 'string') return <span className="json-value">{String(value)}</span>;
  const rest = value.length - length;
  return (
    <>
      <span className="json-string">{JSON.stringify(rest > 0 ? value.slice(0, length) : value)}</span>
      {rest > 0 && (
        <button type="button" className="link json-more" onClick={() => setLength(length + 10 * STRING_PART)}>
          … {formatCount(rest)} characters more
        </button>
      )}
    </>
  );
}

/** What a folded value holds, in one line. */
function shortText(value: object, count: number): string {
  if (Array.isArray(value)) return `[ ${plural(count, 'item')} ]`;
  const first = Object.fromEntries(
    Object.entries(value)
      .slice(0, 6)
      .map(([name, entry]) => [name, shortened(entry)]),
  );
  return `${JSON.stringify(first).slice(1, -1)}${count > 6 ? ', …' : ''}`;
}

function shortened(value: unknown): unknown {
  if (typeof value === 'string') return value.length > 60 ? `${value.slice(0, 60)}…` : value;
  if (Array.isArray(value)) return value.length === 0 ? [] : ['…'];
  return value;
}

/** How many characters the value has, roughly; counting ends at `limit`. */
function sizeUpTo(value: unknown, limit: number): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 5;
  let size = 2;
  for (const [key, entry] of Object.entries(value)) {
    size += key.length + 4 + sizeUpTo(entry, limit - size);
    if (size >= limit) return size;
  }
  return size;
}
