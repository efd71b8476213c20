/** Every program that has a guide. */
import { GUIDE_GROUPS, type Guide, type GuideGroup } from './guide';
import { AGENT_GUIDES } from './guides/agents';
import { AUTOMATION_GUIDES } from './guides/automation';
import { CHAT_GUIDES } from './guides/chat';
import { COMMAND_LINE_GUIDES } from './guides/commandLine';
import { EDITOR_GUIDES } from './guides/editors';
import { LIBRARY_GUIDES } from './guides/libraries';

/** In the order of the groups. */
export const GUIDES: readonly Guide[] = [
  ...CHAT_GUIDES,
  ...EDITOR_GUIDES,
  ...AGENT_GUIDES,
  ...LIBRARY_GUIDES,
  ...AUTOMATION_GUIDES,
  ...COMMAND_LINE_GUIDES,
];

export function guideById(id: string): Guide | undefined {
  return GUIDES.find((guide) => guide.id === id);
}

/** The guides that contain all the words, by group. Groups without any are left out. */
export function findGuides(words: string): readonly (readonly [GuideGroup, readonly Guide[]])[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = GUIDES.filter((guide) => {
    const text = [guide.title, guide.group, guide.speaks, guide.words ?? ''].join(' ').toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
  return GUIDE_GROUPS.map((group) => [group, found.filter((guide) => guide.group === group)] as const).filter(
    ([, guides]) => guides.length > 0,
  );
}
