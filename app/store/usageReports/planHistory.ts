/** How the use of the plans' windows went on: a row where it has changed, at most one in five minutes for each window. */
import { z } from 'zod';
import type { Log } from '../../log/log';
import type { PlanWindow } from '../../shared/cli/planWindows';
import { errorText } from '../../shared/errorText';
import type { PlanPoint } from '../../shared/reports/usageReport';
import { type Database, transaction } from '../database';

export interface PlanHistoryStore {
  /** Records what the windows of an account are at now. Never throws: what cannot be written is logged. */
  record(accountId: string, windows: readonly PlanWindow[]): void;
  /** The points of each window between two times (ms since the epoch), oldest first, with the one that held at the beginning. @throws Error */
  between(fromAt: number, toAt: number): { accountId: string; name: string; points: PlanPoint[] }[];
}

export interface PlanHistoryOptions {
  readonly database: Database;
  readonly log: Log;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

const EVERY_MS = 5 * 60_000;
const KEPT_MS = 35 * 24 * 3_600_000;
const PRUNE_EVERY_MS = 24 * 3_600_000;
/** The longest window. */
const WEEK_MS = 7 * 24 * 3_600_000;

export function createPlanHistory({ database, log, now = Date.now }: PlanHistoryOptions): PlanHistoryStore {
  const latest = database.prepare(
    'SELECT at, used, resets_at FROM plan_history WHERE account_id = ? AND window = ? ORDER BY at DESC LIMIT 1',
  );
  const insert = database.prepare(
    'INSERT OR REPLACE INTO plan_history (account_id, window, at, used, resets_at) VALUES (?, ?, ?, ?, ?)',
  );
  const update = database.prepare('UPDATE plan_history SET used = ? WHERE account_id = ? AND window = ? AND at = ?');
  const prune = database.prepare('DELETE FROM plan_history WHERE at < ?');
  const between = database.prepare(
    'SELECT account_id, window, at, used, resets_at FROM plan_history WHERE at >= ? AND at < ? ORDER BY account_id, window, at',
  );
  /** The last row of each window, so that a report that changes nothing reads nothing. */
  const known = new Map<string, PlanPoint>();
  database.onReplaced(() => known.clear());
  let prunedAt = Number.NEGATIVE_INFINITY;

  const lastOf = (accountId: string, name: string): PlanPoint | undefined => {
    const point = known.get(`${accountId} ${name}`);
    if (point !== undefined) return point;
    const row = latest.get(accountId, name);
    return row === undefined ? undefined : toPoint(Columns.parse(row));
  };

  const recordWindow = (accountId: string, { name, used, resetsAt, reportedAt }: PlanWindow) => {
    if (used === null) return;
    const last = lastOf(accountId, name);
    const isSame = last !== undefined && last.resetsAt === resetsAt;
    if (isSame && last.used === used) return;
    // The slot of the last row is not over yet: it gets the latest value.
    const isUpdate = isSame && reportedAt - last.at < EVERY_MS;
    const point = { at: isUpdate ? last.at : reportedAt, used, resetsAt };
    if (isUpdate) update.run(used, accountId, name, point.at);
    else insert.run(accountId, name, point.at, used, resetsAt);
    known.set(`${accountId} ${name}`, point);
  };

  return {
    record(accountId, windows) {
      try {
        transaction(database, () => {
          for (const window of windows) recordWindow(accountId, window);
          if (now() - prunedAt < PRUNE_EVERY_MS) return;
          prune.run(now() - KEPT_MS);
          prunedAt = now();
        });
      } catch (error) {
        known.clear();
        log.warn('the use of the plan could not be recorded', { error: errorText(error) });
      }
    },
    between(fromAt, toAt) {
      const series = new Map<string, { accountId: string; name: string; points: PlanPoint[] }>();
      for (const row of between.all(fromAt - WEEK_MS, toAt)) {
        const columns = Columns.parse(row);
        const { account_id: accountId, window: name } = columns;
        const one = series.get(`${accountId} ${name}`) ?? { accountId, name, points: [] };
        series.set(`${accountId} ${name}`, one);
        one.points.push(toPoint(columns));
      }
      return [...series.values()].flatMap(({ points, ...one }) => {
        const firstInside = points.findIndex(({ at }) => at >= fromAt);
        const from = firstInside === -1 ? points.length - 1 : Math.max(0, firstInside - 1);
        const shown = points
          .slice(from)
          .filter(({ at, resetsAt }) => at >= fromAt || resetsAt === null || resetsAt > fromAt);
        return shown.length > 0 ? [{ ...one, points: shown }] : [];
      });
    },
  };
}

const Columns = z.object({
  account_id: z.string().default(''),
  window: z.string().default(''),
  at: z.number(),
  used: z.number(),
  resets_at: z.number().nullable(),
});

function toPoint({ at, used, resets_at: resetsAt }: z.output<typeof Columns>): PlanPoint {
  return { at, used, resetsAt };
}
