/** The name under which clients show a model in their lists, where it stands among the models of other providers. */
import type { Model } from '../chat/service';

/** Such as `Claude Sonnet`: some of the CLI's display names leave out `Claude`. */
export function modelTitle({ displayName }: Model): string {
  return /^claude\b/i.test(displayName) ? displayName : `Claude ${displayName}`;
}
