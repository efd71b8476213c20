/** Which guides contain what the user searches for. */
import { GUIDE_GROUPS, type GuideGroup, type GuideSummary } from '../../../app/shared/connect/guide';

/** The guides that contain all the words, by group. Groups without any are left out. */
export function findGuides(
  guides: readonly GuideSummary[],
  words: string,
): readonly (readonly [GuideGroup, readonly GuideSummary[]])[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = guides.filter((guide) => {
    const text = [guide.title, guide.group, guide.speaks, guide.words ?? ''].join(' ').toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
  return GUIDE_GROUPS.map((group) => [group, found.filter((guide) => guide.group === group)] as const).filter(
    ([, members]) => members.length > 0,
  );
}
