/** The tabs of a request's details. */
import type { DetailsTab } from '../requestsStore';

export const DETAILS_TABS: readonly { id: DetailsTab; title: string }[] = [
  { id: 'said', title: 'Said' },
  { id: 'wire', title: 'Sent / Received' },
  { id: 'timing', title: 'Timing' },
  { id: 'tokens', title: 'Tokens' },
];

/** The tab beside another one, in a circle. */
export function tabBeside(tab: DetailsTab, step: 1 | -1): DetailsTab {
  const at = DETAILS_TABS.findIndex(({ id }) => id === tab);
  return DETAILS_TABS[(at + step + DETAILS_TABS.length) % DETAILS_TABS.length]?.id ?? tab;
}
