/** The result of a tool call, for packages whose users run tools themselves. */
import type { Tool } from './client';

/** The tool's output, or its error as text. @throws for an unknown tool, which the model cannot know. */
export function resultOf(tools: readonly Tool[], name: string, input: unknown): string {
  const tool = tools.find((one) => one.name === name);
  if (tool === undefined) throw new Error(`there is no tool ${name}`);
  try {
    return tool.run(input);
  } catch (error) {
    return `Error: ${error instanceof Error ? error.message : error}`;
  }
}
