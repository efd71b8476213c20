/** The lines that this app writes to the CLI (context/CLAUDE_PROTOCOL.md). */

/** context/CLAUDE_PROTOCOL.md, "Control requests". */
export type ControlRequest =
  | {
      subtype: 'initialize';
      /** Only the first `initialize` of a process sets it; a later one adds servers. */
      systemPrompt?: string[];
      jsonSchema?: Readonly<Record<string, unknown>>;
      sdkMcpServers?: string[];
      sdkMcpServerManifests?: object;
    }
  | { subtype: 'apply_flag_settings'; settings: { effortLevel?: string | null; env?: Record<string, string> } }
  | {
      subtype: 'set_max_thinking_tokens';
      max_thinking_tokens: number | null;
      thinking_display: 'summarized' | null;
    }
  /** An absent model is the CLI's default; an absent system prompt stays as it is. '' is refused. */
  | { subtype: 'set_model'; model?: string; system_prompt?: string }
  | { subtype: 'mcp_set_servers'; servers: Readonly<Record<string, object>> }
  /** Cuts the transcript from the target, a message of the user's, on. */
  | { subtype: 'rewind_conversation'; target_message_uuid: string; last_seen_user_message_uuid: string }
  | { subtype: 'get_context_usage' }
  /** A notification of a server that `initialize` has declared. */
  | { subtype: 'mcp_message'; server_name: string; message: object }
  | { subtype: 'mcp_status' }
  | { subtype: 'interrupt' };

/** A content block of the Messages API. */
export type ApiBlock = (
  | { type: 'text'; text: string }
  | { type: 'image'; source: { type: 'base64'; media_type: string; data: string } }
  | { type: 'document'; source: { type: 'base64'; media_type: 'application/pdf'; data: string }; title?: string }
  | { type: 'tool_use'; id: string; name: string; input: Readonly<Record<string, unknown>> }
  | { type: 'tool_result'; tool_use_id: string; content: ApiBlock[]; is_error: boolean }
) & { cache_control?: CacheBreakpoint };

/** Marks the end of a prefix that the API keeps in its prompt cache, for five minutes unless `ttl` says otherwise. */
export interface CacheBreakpoint {
  readonly type: 'ephemeral';
  readonly ttl?: '1h';
}

/** A message of the Messages API. */
export type ApiMessage = { role: 'user' | 'assistant'; content: ApiBlock[] };

/** `client_composed` makes the CLI deliver the text exactly as written: context/CLAUDE_PROTOCOL.md, "A user turn". */
export type OutgoingMessage =
  | { type: 'user'; uuid: string; message: ApiMessage; client_composed: true; shouldQuery?: false }
  | { type: 'assistant'; message: ApiMessage & { id: string } }
  /** A text of the user's, appended without a turn: context/CLAUDE_PROTOCOL.md, "A long history". */
  | {
      type: 'assistant';
      local_command_source: string;
      message: { role: 'assistant'; id: string; content: readonly [] };
    };
