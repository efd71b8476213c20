/** `tools` in Ollama's form, and `tool_choice`, which is not part of Ollama's API but which some of its clients send. */
import { z } from 'zod';
import type { ClientTool, ToolChoice } from '../../chat/request';
import { clientTools } from '../input/clientTools';
import { documentAs } from '../input/documentAs';
import { jsonSchemaField } from '../input/objectSchema';
import { type ToolNames, toolNames } from './toolNames';

export const tool = z.object({
  type: z.unknown().optional(),
  function: z.object({
    // `clientTools` refuses an empty one, and names the field.
    name: documentAs(z.string(), z.string().min(1)),
    description: z.string().nullish(),
    parameters: jsonSchemaField.nullish(),
  }),
});

type SentTools = readonly z.output<typeof tool>[] | null | undefined;

/** The names of the request's tools. */
export function namesOf(tools: SentTools): ToolNames {
  return toolNames((tools ?? []).map(({ function: { name } }) => name));
}

/** The tools under the model's names for them. @throws ChatError `invalid_request` for a tool that the API does not support. */
export function parseTools(tools: SentTools): readonly ClientTool[] {
  const names = namesOf(tools);
  const definitions = (tools ?? []).map(({ function: { name, description, parameters } }, index) => ({
    name: names.toModel(name),
    description,
    schema: parameters,
    nameParam: `tools[${index}].function.name`,
    schemaParam: `tools[${index}].function.parameters`,
  }));
  return clientTools(definitions);
}

/** Undefined for anything that is not a choice among the tools: Ollama ignores the field, so no value of it is an error. */
export function parseToolChoice(choice: unknown, sent: SentTools): ToolChoice | undefined {
  const { data } = z.union([choiceWord, namedChoice]).safeParse(choice);
  if (data === undefined) return undefined;
  if (typeof data === 'string') return { type: data };
  const { name } = data.function;
  const isOffered = (sent ?? []).some((tool) => tool.function.name === name);
  return isOffered ? { type: 'named', name: namesOf(sent).toModel(name) } : undefined;
}

const choiceWord = z.enum(['auto', 'none', 'required']);

const namedChoice = z.object({ function: z.object({ name: z.string() }) });
