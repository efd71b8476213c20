/** Clients show a model among those of other makers. */
import type { Model } from '../chat/service';

/** `Claude Sonnet`: the CLI leaves its maker out of some names. */
export function modelTitle({ displayName }: Model): string {
  return /^claude\b/i.test(displayName) ? displayName : `Claude ${displayName}`;
}
