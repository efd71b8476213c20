/** Translates the parameters of a request (effort, limits, tool choice, sampling) into the CLI's flags. */
import type { Model } from '../../claude/models';
import { cliToolName } from '../../claude/process/tools/toolNames';
import type { TurnFlags } from '../../claude/process/turnFlags';
import type { ChatRequest } from '../request';

/** The flags of the request's turn; what the request does not ask for stays the CLI's default. */
export function flagsOf(request: ChatRequest, model: Model): TurnFlags {
  const { effort, maxTokens, thinking, withoutThinking = false } = request;
  const body = extraBody(request);
  // When a tool call is required, the API refuses a thinking model, or the model does not call any tool.
  const off = withoutThinking || requiresToolCall(request);
  return {
    effort,
    maxTokens,
    extraBody: Object.keys(body).length > 0 ? body : undefined,
    thinking: off ? 'off' : thinking && model.supportsThinking ? 'shown' : 'hidden',
  };
}

function requiresToolCall({ tools = [], toolChoice }: ChatRequest): boolean {
  return tools.length > 0 && (toolChoice?.type === 'required' || toolChoice?.type === 'named');
}

/** The fields of the Messages API that the CLI has no flag for. */
function extraBody({ stop = [], sampling, ...request }: ChatRequest): Record<string, unknown> {
  const choice = toolChoice(request);
  return {
    ...(stop.length > 0 && { stop_sequences: stop }),
    ...(choice && { tool_choice: choice }),
    ...(sampling?.temperature !== undefined && { temperature: sampling.temperature }),
    ...(sampling?.topP !== undefined && { top_p: sampling.topP }),
    ...(sampling?.topK !== undefined && { top_k: sampling.topK }),
  };
}

function toolChoice({
  tools = [],
  toolChoice: choice,
  parallelTools = true,
}: Omit<ChatRequest, 'stop' | 'sampling'>): object | undefined {
  if (tools.length === 0) return undefined;
  const single = parallelTools ? {} : { disable_parallel_tool_use: true };
  switch (choice?.type) {
    case 'none':
      return { type: 'none' };
    case 'required':
      return { type: 'any', ...single };
    case 'named':
      return { type: 'tool', name: cliToolName(choice.name), ...single };
    default:
      return parallelTools ? undefined : { type: 'auto', ...single };
  }
}
