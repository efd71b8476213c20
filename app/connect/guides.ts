/** Every program that has a guide. */
import type { Guide } from '../shared/connect/guide';
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
