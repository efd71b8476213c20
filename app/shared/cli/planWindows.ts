/** The windows of a subscription's plan: how much of each is used, and when it is reset. */

export interface PlanWindow {
  /** As the CLI names it: `five_hour`, `seven_day`, `seven_day_opus`… */
  readonly name: string;
  /** For the user: `5-hour limit`, `Weekly limit for Opus`. */
  readonly title: string;
  /** The used share, from 0 to 1, and above where use beyond the plan is allowed; null where the CLI did not report it. */
  readonly used: number | null;
  /** When the window is reset, in ms since the epoch; null where it is not known. */
  readonly resetsAt: number | null;
  /** When the CLI reported this, in ms since the epoch. Use by other programs since then is not in it. */
  readonly reportedAt: number;
}

/** The name of a window for the user. */
export function windowTitle(name: string): string {
  const [, span = '', family] = /^(five_hour|seven_day)(?:_([a-z]+))?$/.exec(name) ?? [];
  const title = { five_hour: '5-hour limit', seven_day: 'Weekly limit' }[span];
  if (title === undefined) return name;
  return family === undefined ? title : `${title} for ${family.replace(/^[a-z]/, (letter) => letter.toUpperCase())}`;
}
