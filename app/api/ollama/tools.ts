/** `tools` as Ollama's clients write them, and `tool_choice`, which is not Ollama's but comes along from some of them. */
import { z } from 'zod';
import type { ClientTool, ToolChoice } from '../../chat/request';
import { clientTools, reservedTools } from '../input/clientTools';

export const tool = z.object({
  function: z.object({
    name: z.string(),
    description: z.string().nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
  }),
});

/** @throws ChatError `invalid_request` for a tool that the API does not take. */
export function toolsOf(tools: readonly z.output<typeof tool>[] | null | undefined): readonly ClientTool[] {
  const definitions = (tools ?? []).map(({ function: { name, description, parameters } }, index) => ({
    name,
    description,
    schema: parameters,
    nameParam: `tools[${index}].function.name`,
    schemaParam: `tools[${index}].function.parameters`,
  }));
  return clientTools(definitions);
}

/** The names of those that have no effect. */
export function ignoredTools(tools: readonly z.output<typeof tool>[]): string[] {
  return reservedTools(tools.map(({ function: { name } }) => name));
}

/** undefined for what is no choice among the tools: Ollama does not read the field, so nothing in it is an error. */
export function toolChoiceOf(choice: unknown, tools: readonly ClientTool[]): ToolChoice | undefined {
  const { data } = z.union([words, named]).safeParse(choice);
  if (data === undefined) return undefined;
  if (typeof data === 'string') return { type: data };
  const { name } = data.function;
  return tools.some((tool) => tool.name === name) ? { type: 'named', name } : undefined;
}

const words = z.enum(['auto', 'none', 'required']);

const named = z.object({ function: z.object({ name: z.string() }) });
