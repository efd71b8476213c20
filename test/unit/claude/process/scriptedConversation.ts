/** A `HeldConversation` with a script in place of the CLI. */

import type { ResumedSession } from '../../../../app/claude/process/arguments';
import { createHeldConversation } from '../../../../app/claude/process/heldConversation';
import type { ControlRequest } from '../../../../app/claude/process/outgoingMessages';
import { CLIENT_SERVERS } from '../../../../app/claude/process/tools/clientTools';

export const START = { system: 'You keep the log.', model: 'sonnet' } as const;
export const OTHER = { system: 'You sell the boats.', model: 'haiku' } as const;
export const TOOLS = [{ name: 'tide', description: '', inputSchema: { type: 'object' } }];
export const EMPTIED = { rewound: true, precedingAssistantUuid: null };
export const [SERVER_A, SERVER_B] = CLIENT_SERVERS;

interface Script {
  reusable?: boolean;
  /** The user's messages of the session with which the process was started. */
  session?: Pick<ResumedSession, 'userUuids' | 'hasNotes'>;
  /** Responses to `rewind_conversation`, one after the other; an Error is thrown. The last one is repeated. */
  rewinds?: readonly unknown[];
  /** Subtypes of requests that fail, from the moment when `fail` is called. */
  failing?: readonly string[];
  /** What the response to each `initialize` says about the servers. */
  parked?: Readonly<Record<string, string>>;
  /** What `mcp_status` says. */
  status?: unknown;
  anchorFails?: boolean;
}

export function openConversation(script: Script = {}) {
  const sent: ControlRequest[] = [];
  const anchors: string[] = [];
  const rewinds = [...(script.rewinds ?? [EMPTIED])];
  let failing: readonly string[] = [];
  const respond = async (control: ControlRequest): Promise<unknown> => {
    sent.push(control);
    if (failing.includes(control.subtype)) throw new Error(`${control.subtype} failed`);
    if (control.subtype === 'initialize') return { models: [], sdk_mcp_manifests_parked: script.parked };
    if (control.subtype === 'mcp_status') return script.status ?? { mcpServers: [] };
    if (control.subtype !== 'rewind_conversation') return {};
    const answer = rewinds.length > 1 ? rewinds.shift() : rewinds[0];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const held = createHeldConversation({
    reusable: script.reusable ?? true,
    session: script.session && { file: '', model: undefined, ...script.session },
    request: respond,
    initialize: respond,
    rewindRequest: respond,
    sendAnchor: async (uuid) => {
      if (script.anchorFails) throw new Error('anchor failed');
      anchors.push(uuid);
    },
  });
  const fail = () => {
    failing = script.failing ?? [];
  };
  const subtypes = () => sent.map(({ subtype }) => subtype);
  return { held, sent, anchors, fail, subtypes };
}

export const rewindTo = (target: string | undefined, last: string | undefined) => ({
  subtype: 'rewind_conversation',
  target_message_uuid: target,
  last_seen_user_message_uuid: last,
});
