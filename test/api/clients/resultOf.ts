/** What a program that runs its tools by hand tells the model of a call. */
import type { Tool } from './client';

/** The tool's own words, or those of its failure. @throws where there is no such tool: the model was to know only these. */
export function resultOf(tools: readonly Tool[], name: string, input: unknown): string {
  const tool = tools.find((one) => one.name === name);
  if (tool === undefined) throw new Error(`there is no tool ${name}`);
  try {
    return tool.run(input);
  } catch (error) {
    return `Error: ${error instanceof Error ? error.message : error}`;
  }
}
