/** The use of plan windows over time as lines that a chart can draw. */
import type { PlanHistory } from '../../../app/shared/contract';

export interface LinePoint {
  at: number;
  used: number;
}

/** The steps of one window: its use holds until it is reported anew, and is 0 from its reset. @param toAt up to when it is known. */
export function planLine({ points }: PlanHistory, fromAt: number, toAt: number): LinePoint[] {
  const line: LinePoint[] = [];
  points.forEach(({ at, used, resetsAt }, index) => {
    const nextAt = Math.min(points[index + 1]?.at ?? toAt, toAt);
    const startAt = Math.max(at, fromAt);
    const endAt = Math.max(startAt, Math.min(nextAt, resetsAt ?? nextAt));
    const before = line.at(-1);
    if (before && before.used === 0) line.push({ at: startAt, used: 0 });
    line.push({ at: startAt, used }, { at: endAt, used });
    if (resetsAt !== null && resetsAt <= nextAt) line.push({ at: Math.max(startAt, resetsAt), used: 0 });
    if (index === points.length - 1 && endAt < toAt) line.push({ at: toAt, used: 0 });
  });
  return line;
}

/** The highest use of each of the window's instances, oldest first. */
export function peaks({ points }: PlanHistory): { resetsAt: number | null; firstAt: number; used: number }[] {
  const instances: { resetsAt: number | null; firstAt: number; used: number }[] = [];
  for (const { at, used, resetsAt } of points) {
    const last = instances.at(-1);
    if (last && last.resetsAt === resetsAt) last.used = Math.max(last.used, used);
    else instances.push({ resetsAt, firstAt: at, used });
  }
  return instances;
}
