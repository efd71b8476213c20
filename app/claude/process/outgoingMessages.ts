/** The lines that this app writes to the CLI (context/CLAUDE_PROTOCOL.md). */

/** context/CLAUDE_PROTOCOL.md, "Control requests". */
export type ControlRequest =
  | {
      subtype: 'initialize';
      systemPrompt: string[];
      jsonSchema?: Readonly<Record<string, unknown>>;
      sdkMcpServers?: string[];
      sdkMcpServerManifests?: object;
    }
  | { subtype: 'apply_flag_settings'; settings: { effortLevel?: string; env?: Record<string, string> } }
  | {
      subtype: 'set_max_thinking_tokens';
      max_thinking_tokens: number | null;
      thinking_display: 'summarized' | 'omitted';
    }
  | { subtype: 'set_model'; model: string }
  | { subtype: 'get_context_usage' }
  /** A notification of a server that `initialize` has declared. */
  | { subtype: 'mcp_message'; server_name: string; message: object }
  | { subtype: 'mcp_status' }
  | { subtype: 'interrupt' };

/** A content block of the Messages API. */
export type ApiBlock =
  | { type: 'text'; text: string }
  | { type: 'image'; source: { type: 'base64'; media_type: string; data: string } }
  | { type: 'document'; source: { type: 'base64'; media_type: 'application/pdf'; data: string }; title?: string }
  | { type: 'tool_use'; id: string; name: string; input: Readonly<Record<string, unknown>> }
  | { type: 'tool_result'; tool_use_id: string; content: ApiBlock[]; is_error: boolean };

/** A message of the Messages API. */
export type ApiMessage = { role: 'user' | 'assistant'; content: ApiBlock[] };

/** `client_composed` makes the CLI deliver the text exactly as written: context/CLAUDE_PROTOCOL.md, "A user turn". */
export type OutgoingMessage =
  | { type: 'user'; message: ApiMessage; client_composed: true; shouldQuery?: false }
  | { type: 'assistant'; message: ApiMessage & { id: string } };
