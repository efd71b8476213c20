/**
 * How much of the plan's windows is used, from the CLI's reports (`rate_limit_event`). Kept in a file by account, since the CLI reports
 * nothing before the first answer of a run. A window whose reset has passed is dropped: what is used since then nobody has reported.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { createAlarm } from '../shared/alarm';
import { type PlanWindow, windowTitle } from '../shared/cli/planWindows';
import { errorText } from '../shared/errorText';
import type { RateLimitInfo } from './process/messages';

export interface PlanWindows {
  /** The windows of the account, the shortest first; empty where none is known. */
  of(account: string | undefined): readonly PlanWindow[];
  /** Records a report of the CLI's. Does nothing without an account. */
  record(account: string | undefined, info: RateLimitInfo): void;
  /** Writes what has not been written yet. */
  close(): void;
}

export interface PlanWindowsOptions {
  /** Created where it does not exist, and ignored where it cannot be read. */
  readonly file: string;
  /** Called when a window has changed or was reset. */
  onChange(): void;
  /** Called with a message for the log where the file cannot be written. */
  onWarning(message: string): void;
}

const StoredWindow = z.object({
  used: z.number().nullable(),
  resetsAt: z.number().nullable(),
  reportedAt: z.number(),
});
type StoredWindow = z.infer<typeof StoredWindow>;

/** By account, then by the window's name. */
const Stored = z.record(z.string(), z.record(z.string(), StoredWindow));

const ORDER = ['five_hour', 'seven_day'];
/** A burst of answers is one write. */
const WRITE_AFTER_MS = 1_000;
/** A window without a time of reset is dropped after this. */
const UNDATED_MS = 7 * 24 * 3_600_000;

export function createPlanWindows({ file, onChange, onWarning }: PlanWindowsOptions): PlanWindows {
  const accounts = new Map(
    Object.entries(read(file)).map(([name, windows]) => [name, new Map(Object.entries(windows))]),
  );
  let timer: NodeJS.Timeout | undefined;

  const alarm = createAlarm(() => {
    removeReset();
    onChange();
  });

  const removeReset = () => {
    const ends: number[] = [];
    for (const [account, windows] of accounts) {
      for (const [name, window] of windows) {
        if (endOf(window) <= Date.now()) windows.delete(name);
        else ends.push(endOf(window));
      }
      if (windows.size === 0) accounts.delete(account);
    }
    alarm.set(ends.length > 0 ? Math.min(...ends) : undefined);
  };

  const write = () => {
    clearTimeout(timer);
    timer = undefined;
    try {
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      const content = Object.fromEntries([...accounts].map(([name, windows]) => [name, Object.fromEntries(windows)]));
      const draft = `${file}.new`;
      writeFileSync(draft, JSON.stringify(content), { mode: 0o600 });
      renameSync(draft, file);
    } catch (error) {
      onWarning(`the use of the plan could not be stored: ${errorText(error)}`);
    }
  };

  removeReset();

  return {
    of: (account) => {
      const windows = account === undefined ? undefined : accounts.get(account);
      return [...(windows ?? [])]
        .filter(([, window]) => endOf(window) > Date.now())
        .map(([name, window]) => ({ name, title: windowTitle(name), ...window }))
        .sort((one, other) => rank(one.name) - rank(other.name) || one.name.localeCompare(other.name));
    },
    record: (account, info) => {
      if (account === undefined) return;
      const windows = accounts.get(account) ?? new Map<string, StoredWindow>();
      accounts.set(account, windows);
      let changed = false;
      for (const [name, reported] of reportedWindows(info)) {
        const known = windows.get(name);
        if (endOf(reported) <= Date.now() || (known && !isNewer(reported, known))) continue;
        windows.set(name, reported);
        changed ||= known?.used !== reported.used || known.resetsAt !== reported.resetsAt;
      }
      removeReset();
      if (!changed) return;
      timer ??= setTimeout(write, WRITE_AFTER_MS).unref();
      onChange();
    },
    close: () => {
      alarm.set(undefined);
      if (timer) write();
    },
  };
}

/** The windows in a report: all that it lists, and the limit that it is about where that has no entry there. */
function reportedWindows({ unifiedWindows, rateLimitType, utilization, resetsAt }: RateLimitInfo) {
  const reportedAt = Date.now();
  const windows = new Map<string, StoredWindow>();
  const add = (name: string, used: number | null | undefined, seconds: number | null | undefined) =>
    windows.set(name, { used: used ?? null, resetsAt: seconds ? seconds * 1_000 : null, reportedAt });
  if (rateLimitType && (typeof utilization === 'number' || resetsAt)) add(rateLimitType, utilization, resetsAt);
  for (const [name, window] of Object.entries(unifiedWindows ?? {})) add(name, window.utilization, window.resetsAt);
  return windows;
}

/** Reports of several processes may arrive out of order. Within one window use only rises. */
function isNewer(reported: StoredWindow, known: StoredWindow): boolean {
  const later = (reported.resetsAt ?? 0) - (known.resetsAt ?? 0);
  return later === 0 ? (reported.used ?? 0) >= (known.used ?? 0) : later > 0;
}

function endOf({ resetsAt, reportedAt }: StoredWindow): number {
  return resetsAt ?? reportedAt + UNDATED_MS;
}

function rank(name: string): number {
  const index = ORDER.findIndex((start) => name.startsWith(start));
  return index === -1 ? ORDER.length : index;
}

function read(file: string): z.infer<typeof Stored> {
  try {
    return Stored.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return {};
  }
}
