/** `tools` in Ollama's form, and `tool_choice`, which is not part of Ollama's API but which some of its clients send. */
import { z } from 'zod';
import type { ClientTool, ToolChoice } from '../../chat/request';
import { clientTools } from '../input/clientTools';

export const tool = z.object({
  function: z.object({
    name: z.string(),
    description: z.string().nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
  }),
});

/** @throws ChatError `invalid_request` for a tool that the API does not support. */
export function parseTools(tools: readonly z.output<typeof tool>[] | null | undefined): readonly ClientTool[] {
  const definitions = (tools ?? []).map(({ function: { name, description, parameters } }, index) => ({
    name,
    description,
    schema: parameters,
    nameParam: `tools[${index}].function.name`,
    schemaParam: `tools[${index}].function.parameters`,
  }));
  return clientTools(definitions);
}

/** Undefined for anything that is not a choice among the tools: Ollama ignores the field, so no value of it is an error. */
export function parseToolChoice(choice: unknown, tools: readonly ClientTool[]): ToolChoice | undefined {
  const { data } = z.union([choiceWord, namedChoice]).safeParse(choice);
  if (data === undefined) return undefined;
  if (typeof data === 'string') return { type: data };
  const { name } = data.function;
  return tools.some((tool) => tool.name === name) ? { type: 'named', name } : undefined;
}

const choiceWord = z.enum(['auto', 'none', 'required']);

const namedChoice = z.object({ function: z.object({ name: z.string() }) });
