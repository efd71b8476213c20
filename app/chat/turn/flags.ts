/** What a request asks of the model besides an answer, as the CLI takes it. */

import type { Model } from '../../claude/models';
import type { TurnFlags } from '../../claude/process/claudeProcess';
import type { ChatRequest } from '../request';

export function flagsOf(request: ChatRequest, model: Model): TurnFlags {
  const { effort, maxTokens, thinking, withoutThinking = false } = request;
  const body = extraBody(request);
  // The API refuses to have a model think that has to call a tool, or gives no call.
  const off = withoutThinking || isForced(request);
  return {
    effort,
    maxTokens,
    extraBody: Object.keys(body).length > 0 ? body : undefined,
    thinking: off ? 'off' : thinking && model.supportsThinking ? 'shown' : 'hidden',
  };
}

function isForced({ tools = [], toolChoice }: ChatRequest): boolean {
  return tools.length > 0 && (toolChoice?.type === 'required' || toolChoice?.type === 'named');
}

/** Fields of the Messages API for which the CLI has no setting of its own. */
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
      return { type: 'tool', name: choice.name, ...single };
    default:
      return parallelTools ? undefined : { type: 'auto', ...single };
  }
}
