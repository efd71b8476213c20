/** Which limits of the subscription's plan are used up, and until when. The CLI reports them with answers and refusals. */
import { createAlarm } from '../shared/alarm';
import { type ClaudeProblem, planExhausted } from './installation/problems';
import type { RateLimitInfo } from './process/messages';

export interface PlanLimits {
  /** The limit that is used up; of several, the one that stops most, and then the one that is reset last. */
  readonly problem: ClaudeProblem | undefined;
  /** Records the CLI's report on a limit. */
  record(info: RateLimitInfo): void;
  /** Records that the API has refused a request with 429. Whether the plan is the reason, the last report tells. */
  recordRefusal(): void;
  /** Records that the model has answered, so no limit stops it. @param model its full name. */
  recordAnswer(model: string): void;
  /** Forgets all, because another account is signed in. */
  clear(): void;
}

/** @param onChange called when `problem` has changed. */
export function createPlanLimits(onChange: () => void): PlanLimits {
  /** The time of the reset of each limit that is used up, in ms since the epoch, by the limit's type. Infinity where it is not known. */
  const exhausted = new Map<string, number>();
  let lastReport: RateLimitInfo | undefined;

  const alarm = createAlarm(() => change(() => {}));

  const removeReset = () => {
    for (const [type, resetsAt] of exhausted) if (resetsAt <= Date.now()) exhausted.delete(type);
  };

  const change = (apply: () => void) => {
    const before = JSON.stringify([...exhausted]);
    apply();
    removeReset();
    const next = Math.min(...exhausted.values());
    alarm.set(Number.isFinite(next) ? next : undefined);
    if (JSON.stringify([...exhausted]) !== before) onChange();
  };

  return {
    get problem() {
      removeReset();
      const problems = [...exhausted].map(([type, resetsAt]) => planExhausted(type, resetsAt));
      const rank = ({ impact, resetsAt = Number.POSITIVE_INFINITY }: ClaudeProblem) => [
        impact === 'all' ? 1 : 0,
        resetsAt,
      ];
      return problems.sort((one, other) => compare(rank(other), rank(one)))[0];
    },
    record: (info) => {
      lastReport = info;
      const type = info.rateLimitType ?? 'unknown';
      change(() => {
        if (info.status === 'rejected') exhausted.set(type, resetOf(info));
        else exhausted.delete(type);
      });
    },
    recordRefusal: () => {
      const windows = Object.entries(lastReport?.unifiedWindows ?? {});
      change(() => {
        for (const [type, { utilization, resetsAt }] of windows) {
          if ((utilization ?? 0) >= 1 && resetsAt) exhausted.set(type, resetsAt * 1_000);
        }
      });
    },
    recordAnswer: (model) => {
      change(() => {
        for (const type of exhausted.keys()) if (appliesTo(type, model)) exhausted.delete(type);
      });
    },
    clear: () => {
      lastReport = undefined;
      change(() => exhausted.clear());
    },
  };
}

function resetOf({ resetsAt, rateLimitType, unifiedWindows }: RateLimitInfo): number {
  const seconds = resetsAt ?? unifiedWindows?.[rateLimitType ?? '']?.resetsAt;
  return seconds ? seconds * 1_000 : Number.POSITIVE_INFINITY;
}

/** The name of a limit of one model ends with the model's family: `seven_day_opus`. */
function familyOf(limitType: string): string | undefined {
  return /^(?:five_hour|seven_day)_([a-z]+)$/.exec(limitType)?.[1];
}

function appliesTo(limitType: string, model: string): boolean {
  const family = familyOf(limitType);
  return family === undefined || model.includes(family);
}

function compare([one = 0, ...ones]: number[], [other = 0, ...others]: number[]): number {
  return one === other && ones.length > 0 ? compare(ones, others) : one < other ? -1 : one > other ? 1 : 0;
}
