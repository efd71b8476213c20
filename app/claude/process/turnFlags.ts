/** The settings that can differ from turn to turn, and the control requests that tell the CLI about them. */
import type { ControlRequest } from './outgoingMessages';

/** An absent flag is the CLI's default. */
export interface TurnFlags {
  readonly effort?: string | undefined;
  /** Output tokens. */
  readonly maxTokens?: number | undefined;
  /** Merged into the body of the CLI's request to the API. */
  readonly extraBody?: Readonly<Record<string, unknown>> | undefined;
  readonly thinking?: ThinkingMode | undefined;
}

/**
 * `shown`: the model's thinking comes as text. `hidden`, the default: it does not. `off`: the model does not think; a model
 * that always thinks treats this as `hidden`.
 */
export type ThinkingMode = 'shown' | 'hidden' | 'off';

/** The requests that change the CLI's flags from `current` to `next`; none where they are equal. */
export function flagRequests(current: TurnFlags, next: TurnFlags): ControlRequest[] {
  const requests: ControlRequest[] = [];
  const settings = changedSettings(current, next);
  const { thinking = 'hidden' } = next;
  if (settings) requests.push({ subtype: 'apply_flag_settings', settings });
  if (thinking !== (current.thinking ?? 'hidden')) requests.push(thinkingRequest(thinking));
  return requests;
}

type FlagSettings = Extract<ControlRequest, { subtype: 'apply_flag_settings' }>['settings'];

function changedSettings(current: TurnFlags, next: TurnFlags): FlagSettings | undefined {
  const currentVariables = environmentVariables(current);
  const changed = Object.entries(environmentVariables(next)).filter(
    ([name, value]) => currentVariables[name] !== value,
  );
  const settings = {
    ...(next.effort !== current.effort && { effortLevel: next.effort ?? null }),
    ...(changed.length > 0 && { env: Object.fromEntries(changed) }),
  };
  return Object.keys(settings).length > 0 ? settings : undefined;
}

/** An empty value resets a variable that was set before. */
function environmentVariables({ maxTokens, extraBody }: TurnFlags): Record<string, string> {
  return {
    CLAUDE_CODE_MAX_OUTPUT_TOKENS: maxTokens === undefined ? '' : String(maxTokens),
    CLAUDE_CODE_EXTRA_BODY: extraBody === undefined ? '' : JSON.stringify(extraBody),
  };
}

/** Tokens; only models with a thinking budget use it. Newer models think as much as their effort allows. */
const THINKING_BUDGET = 16_000;

/** null is the CLI's default, which leaves no trace in the requests that follow; 0 makes the CLI turn thinking off where the model allows that. */
const MAX_THINKING_TOKENS = { shown: THINKING_BUDGET, hidden: null, off: 0 } as const satisfies Record<
  ThinkingMode,
  number | null
>;

function thinkingRequest(thinking: ThinkingMode): ControlRequest {
  return {
    subtype: 'set_max_thinking_tokens',
    max_thinking_tokens: MAX_THINKING_TOKENS[thinking],
    thinking_display: thinking === 'shown' ? 'summarized' : null,
  };
}

/**
 * The flags for the rest of a turn that waits for tool results. The CLI keeps the token limit and the effort with which the
 * turn began, but still applies a changed request body; so changes to these two are moved into the body.
 * @param initial the flags with which the turn began.
 */
export function flagsWithinTurn(initial: TurnFlags, next: TurnFlags): TurnFlags {
  const { maxTokens, effort, extraBody } = next;
  const body = {
    ...(maxTokens !== undefined && maxTokens !== initial.maxTokens && { max_tokens: maxTokens }),
    ...(effort !== undefined && effort !== initial.effort && { output_config: { effort } }),
    ...extraBody,
  };
  return { ...next, extraBody: Object.keys(body).length > 0 ? body : undefined };
}
