/**
 * The breakpoint that the app sets in a replayed history, so that the API keeps it in its prompt cache (context/CLAUDE_PROTOCOL.md, "The
 * prompt cache"). Its lifetime must be that of the CLI's own breakpoints: the API refuses a longer one behind a shorter one.
 */
import type { CliMessage, ResultMessage } from './process/messages';
import type { CacheBreakpoint } from './process/outgoingMessages';

export interface CacheBreakpoints {
  /** The breakpoint for a question; undefined where none may be set. */
  readonly current: CacheBreakpoint | undefined;
  /**
   * Learns from a line of the CLI: the lifetime of its own breakpoints, from what the API says it has cached, and whether the API refuses
   * the app's, upon which none is set any more. Returns whether it does.
   * @param hasBreakpoint whether the process's transcript has a breakpoint of the app's.
   */
  recordMessage(message: CliMessage, hasBreakpoint: boolean): boolean;
}

export interface CacheBreakpointsOptions {
  /** How the account signs in; undefined where it is not known. */
  authMethod(): string | undefined;
  /** Called with a message for the log. */
  onWarning(message: string): void;
}

/** The CLI has the API keep the prompts of these accounts for an hour, unless the account pays for extra usage. */
const SUBSCRIPTIONS = new Set(['claude.ai', 'oauth_token']);

const REFUSED =
  'the API refused the breakpoint that keeps replayed histories in its prompt cache: none is set until the app restarts';

export function createCacheBreakpoints({ authMethod, onWarning }: CacheBreakpointsOptions): CacheBreakpoints {
  let isRefused = false;
  let learned: { readonly account: string | undefined; readonly lastsHour: boolean } | undefined;

  const lastsHour = () => {
    const account = authMethod();
    return learned?.account === account ? learned?.lastsHour : account !== undefined && SUBSCRIPTIONS.has(account);
  };

  return {
    get current(): CacheBreakpoint | undefined {
      if (isRefused) return undefined;
      return lastsHour() ? { type: 'ephemeral', ttl: '1h' } : { type: 'ephemeral' };
    },
    recordMessage: (message, hasBreakpoint) => {
      if (message.type === 'stream_event' && message.event.type === 'message_start') {
        const { ephemeral_5m_input_tokens: minutes, ephemeral_1h_input_tokens: hour } =
          message.event.message.usage.cache_creation ?? {};
        if (minutes || hour) learned = { account: authMethod(), lastsHour: !minutes };
      }
      if (!hasBreakpoint || message.type !== 'result' || !isBreakpointRefusal(message)) return false;
      if (!isRefused) onWarning(REFUSED);
      isRefused = true;
      return true;
    },
  };
}

/** The API's message names the field. */
function isBreakpointRefusal({ api_error_status: status, result }: ResultMessage): boolean {
  return status === 400 && (result ?? '').includes('cache_control');
}
