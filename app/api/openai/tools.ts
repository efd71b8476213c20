/** The functions that the model may call, and which of them it has to. Tools that OpenAI would run itself are left out, and named. */
import { z } from 'zod';
import { invalidParam } from '../../chat/errors';
import type { ChatRequest, ClientTool, ToolChoice } from '../../chat/request';
import { clientTools, type DeclaredTool, reservedTools } from '../input/clientTools';
import type { Honoured } from './chat/limits';
import { type FunctionName, type FunctionNames, functionNames } from './responses/namespaces';

const functionFields = {
  name: z.string(),
  description: z.string().nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  strict: z.boolean().nullish(),
};

const definition = z.object(functionFields);

/** Kinds that are not served are not looked into. */
const otherTool = z.object({
  type: z.string().refine((type) => type !== 'function', { error: 'is a function', abort: true }),
});

const choiceWord = z.literal(['none', 'auto', 'required']);

const choice = z
  .union([
    choiceWord,
    z.object({
      type: z.string(),
      name: z.string().nullish(),
      function: z.object({ name: z.string() }).nullish(),
      mode: z.string().nullish(),
      tools: z.array(z.object({ type: z.string(), name: z.string().nullish() })).nullish(),
      allowed_tools: z
        .object({
          mode: z.string().nullish(),
          tools: z.array(z.object({ type: z.string(), function: z.object({ name: z.string() }).nullish() })),
        })
        .nullish(),
    }),
  ])
  .nullish();

export type Choice = z.output<typeof choice>;

const common = { tool_choice: choice, parallel_tool_calls: z.boolean().nullish() };

/** As chat completions have them, the deprecated forms too. */
export const completionToolFields = {
  ...common,
  tools: z.array(z.union([z.object({ type: z.literal('function'), function: definition }), otherTool])).nullish(),
  functions: z.array(definition).nullish(),
  function_call: z.union([z.literal(['none', 'auto']), z.object({ name: z.string() })]).nullish(),
};

const responseFunction = z.object({ type: z.literal('function'), ...functionFields });

/** A group of functions. */
const namespace = z.object({
  type: z.literal('namespace'),
  name: z.string(),
  description: z.string().nullish(),
  tools: z.array(z.union([responseFunction, otherTool])),
});

/** As responses have them. */
export const responseToolFields = {
  ...common,
  tools: z.array(z.union([responseFunction, namespace, otherTool])).nullish(),
};

type ToolPart = Pick<ChatRequest, 'tools' | 'toolChoice' | 'parallelTools'>;

/** @throws ChatError `invalid_request` for what cannot be honoured exactly. */
export function completionTools(asked: z.output<z.ZodObject<typeof completionToolFields>>): Honoured<ToolPart> {
  const { function_call } = asked;
  const tools = asked.tools ?? [];
  const functions = asked.functions ?? [];
  const inTools = tools.flatMap((tool, index) =>
    'function' in tool ? [toolDefinition(tool.function, `tools[${index}].function`)] : [],
  );
  const deprecated = functions.map((given, index) => toolDefinition(given, `functions[${index}]`));
  const called =
    typeof function_call === 'object' && function_call ? { type: 'function', ...function_call } : function_call;
  const strict = strictly([...tools.flatMap((tool) => ('function' in tool ? [tool.function] : [])), ...functions]);
  const choice = asked.tool_choice ?? called;
  return toolPart([...inTools, ...deprecated], choice, asked.parallel_tool_calls, [...leftOut(tools), ...strict]);
}

interface ResponseTools extends Honoured<ToolPart> {
  readonly names: FunctionNames;
}

/** @throws ChatError as `completionTools`. */
export function responseTools(asked: z.output<z.ZodObject<typeof responseToolFields>>): ResponseTools {
  const tools = asked.tools ?? [];
  const functions = tools.flatMap((tool, index) => functionsIn(tool, `tools[${index}]`));
  const names = functionNames(functions);
  const definitions = functions.map((given) => ({ ...toolDefinition(given, given.param), name: names.toModel(given) }));
  const others = tools.flatMap((tool) => ('tools' in tool ? tool.tools : [tool]));
  const ignored = [...leftOut(others), ...undescribed(tools), ...strictly(functions)];
  return { ...toolPart(definitions, asked.tool_choice, asked.parallel_tool_calls, ignored), names };
}

type ResponseTool = NonNullable<z.output<z.ZodObject<typeof responseToolFields>>['tools']>[number];

/** @param param the field of the tool. */
function functionsIn(
  tool: ResponseTool,
  param: string,
): (z.output<typeof definition> & FunctionName & { param: string })[] {
  if ('tools' in tool) {
    return tool.tools.flatMap((inner, index) =>
      'name' in inner ? [{ ...inner, namespace: tool.name, param: `${param}.tools[${index}]` }] : [],
    );
  }
  return 'name' in tool ? [{ ...tool, param }] : [];
}

/** What is said of a group has no place among the model's tools. */
function undescribed(tools: readonly ResponseTool[]): string[] {
  return tools.some((tool) => 'tools' in tool && tool.description) ? ['tools.namespace.description'] : [];
}

function toolDefinition({ name, description, parameters }: z.output<typeof definition>, param: string): DeclaredTool {
  return { name, description, schema: parameters, nameParam: `${param}.name`, schemaParam: `${param}.parameters` };
}

/** By their kind, which goes into a header. */
function leftOut(tools: readonly { type: string }[] | null | undefined): string[] {
  const kinds = (tools ?? []).flatMap(({ type }) => (type === 'function' ? [] : [type]));
  return [...new Set(kinds.map((kind) => `tools.${kind.replaceAll(/[^\w.-]/g, '_').slice(0, 40)}`))];
}

/** Nothing here holds the model to a function's schema to the letter. */
function strictly(definitions: readonly { strict?: boolean | null | undefined }[]): string[] {
  return definitions.some(({ strict }) => strict) ? ['tools.strict'] : [];
}

function toolPart(
  definitions: readonly DeclaredTool[],
  asked: Choice,
  parallel: boolean | null | undefined,
  ignored: readonly string[],
): Honoured<ToolPart> {
  const { tools, toolChoice } = chosen(clientTools(definitions), asked);
  const without = [...ignored, ...reservedTools(definitions.map(({ name }) => name))];
  if (tools.length === 0) return { part: {}, ignored: without };
  return {
    part: { tools, ...(toolChoice && { toolChoice }), ...(parallel === false && { parallelTools: false }) },
    ignored: without,
  };
}

interface Chosen {
  readonly tools: readonly ClientTool[];
  readonly toolChoice?: ToolChoice;
}

function chosen(tools: readonly ClientTool[], asked: Choice): Chosen {
  if (!asked) return { tools };
  if (typeof asked === 'string') {
    if (asked === 'required' && tools.length === 0)
      throw invalidParam('tool_choice', 'needs at least one function among the tools');
    return { tools, toolChoice: { type: asked } };
  }
  switch (asked.type) {
    case 'function': {
      const name = asked.function?.name ?? asked.name ?? '';
      return { tools, toolChoice: { type: 'named', name: toolNamed(tools, name).name } };
    }
    case 'allowed_tools': {
      const { mode, tools: allowed } = asked.allowed_tools ?? asked;
      const names = (allowed ?? []).map((tool) => {
        const name = 'function' in tool ? tool.function?.name : 'name' in tool ? tool.name : undefined;
        if (tool.type !== 'function' || !name) throw invalidParam('tool_choice', 'can allow functions only');
        return name;
      });
      const among = [...new Set(names)].map((name) => toolNamed(tools, name));
      if (among.length === 0) throw invalidParam('tool_choice', 'must allow at least one function');
      return chosen(among, modeOf(mode));
    }
    default:
      throw invalidParam(
        'tool_choice',
        `type "${asked.type.slice(0, 40)}" cannot be honoured: only functions can be called here`,
      );
  }
}

function modeOf(mode: string | null | undefined): 'auto' | 'required' {
  if (mode === 'required') return mode;
  if (mode === 'auto' || mode === null || mode === undefined) return 'auto';
  throw invalidParam('tool_choice', 'has a mode other than "auto" and "required"');
}

function toolNamed(tools: readonly ClientTool[], name: string): ClientTool {
  const tool = tools.find((tool) => tool.name === name);
  if (!tool)
    throw invalidParam('tool_choice', `names the function "${name.slice(0, 128)}", which is not among the tools`);
  return tool;
}
