/** Reads the client's functions and the tool choice. Tools that OpenAI would run itself are omitted and listed as ignored. */
import { z } from 'zod';
import { invalidParam } from '../../chat/errors';
import type { ChatRequest, ClientTool, ToolChoice } from '../../chat/request';
import { boundedArray, MOST } from '../input/boundedArray';
import { clientTools, type DeclaredTool, toolNameField } from '../input/clientTools';
import { documentAs } from '../input/documentAs';
import { jsonSchemaField } from '../input/objectSchema';
import { headerWord } from '../input/unreadFields';
import type { ParsedFields } from './chat/limitsAndSampling';
import { type FunctionName, type FunctionNames, functionNames } from './responses/namespaces';

const functionFields = {
  name: toolNameField,
  description: z.string().nullish(),
  parameters: jsonSchemaField.nullish(),
  strict: z.boolean().nullish(),
};

const definition = z.object(functionFields);

/** Tools of unsupported types are not validated, and named by their type alone. */
const otherTool = z
  .looseObject({
    type: documentAs(
      z.string().refine((type) => type !== 'function', { error: 'is a function', abort: true }),
      z.string().meta({ not: { const: 'function' } }),
    ),
  })
  .transform(({ type }) => ({ type }));

const choiceName = z.literal(['none', 'auto', 'required']);

const toolChoiceField = z
  .union([
    choiceName,
    z.object({
      type: documentAs(z.string(), z.enum(['function', 'allowed_tools'])),
      name: z.string().nullish(),
      function: z.object({ name: z.string() }).nullish(),
      mode: z.string().nullish(),
      tools: boundedArray(z.object({ type: z.string(), name: z.string().nullish() }), MOST.tools).nullish(),
      allowed_tools: z
        .object({
          mode: z.string().nullish(),
          tools: boundedArray(
            z.object({ type: z.string(), function: z.object({ name: z.string() }).nullish() }),
            MOST.tools,
          ),
        })
        .nullish(),
    }),
  ])
  .nullish();

export type ToolChoiceField = z.output<typeof toolChoiceField>;

const common = { tool_choice: toolChoiceField, parallel_tool_calls: z.boolean().nullish() };

/** The fields of chat completions, including the deprecated `functions` and `function_call`. */
export const completionToolFields = {
  ...common,
  tools: boundedArray(
    z.union([z.object({ type: z.literal('function'), function: definition }), otherTool]),
    MOST.tools,
  ).nullish(),
  functions: boundedArray(definition, MOST.tools).nullish(),
  function_call: z.union([z.literal(['none', 'auto']), z.object({ name: z.string() })]).nullish(),
};

const responseFunction = z.object({ type: z.literal('function'), ...functionFields });

/** A group of functions, such as those of one MCP server. */
const namespace = z.object({
  type: z.literal('namespace'),
  name: z.string(),
  description: z.string().nullish(),
  tools: boundedArray(z.union([responseFunction, otherTool]), MOST.tools),
});

/** The fields of responses. */
export const responseToolFields = {
  ...common,
  tools: boundedArray(z.union([responseFunction, namespace, otherTool]), MOST.tools).nullish(),
};

type ToolParameters = Pick<ChatRequest, 'tools' | 'toolChoice' | 'parallelTools'>;

/** @throws ChatError `invalid_request` for tools that the API does not support, and for a tool choice that cannot be enforced. */
export function completionTools(
  body: z.output<z.ZodObject<typeof completionToolFields>>,
): ParsedFields<ToolParameters> {
  const { function_call } = body;
  const tools = body.tools ?? [];
  const functions = body.functions ?? [];
  const inTools = tools.flatMap((tool, index) =>
    'function' in tool ? [toolDefinition(tool.function, `tools[${index}].function`)] : [],
  );
  const deprecated = functions.map((fn, index) => toolDefinition(fn, `functions[${index}]`));
  const deprecatedChoice =
    typeof function_call === 'object' && function_call ? { type: 'function', ...function_call } : function_call;
  const strict = ignoredStrictness([
    ...tools.flatMap((tool) => ('function' in tool ? [tool.function] : [])),
    ...functions,
  ]);
  const choice = body.tool_choice ?? deprecatedChoice;
  return toolParameters([...inTools, ...deprecated], choice, body.parallel_tool_calls, [
    ...ignoredToolTypes(tools),
    ...strict,
  ]);
}

interface ResponseTools extends ParsedFields<ToolParameters> {
  readonly names: FunctionNames;
}

/** @throws ChatError as `completionTools`. */
export function responseTools(body: z.output<z.ZodObject<typeof responseToolFields>>): ResponseTools {
  const tools = body.tools ?? [];
  const functions = tools.flatMap((tool, index) => functionsIn(tool, `tools[${index}]`));
  const names = functionNames(functions);
  const definitions = functions.map((fn) => ({ ...toolDefinition(fn, fn.param), name: names.toModel(fn) }));
  const others = tools.flatMap((tool) => ('tools' in tool ? tool.tools : [tool]));
  const ignored = [...ignoredToolTypes(others), ...ignoredDescriptions(tools), ...ignoredStrictness(functions)];
  return { ...toolParameters(definitions, body.tool_choice, body.parallel_tool_calls, ignored), names };
}

type ResponseTool = NonNullable<z.output<z.ZodObject<typeof responseToolFields>>['tools']>[number];

/** The tool, or the functions of the group. @param param the tool's field, for errors. */
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

/** The model has no place for the description of a group. */
function ignoredDescriptions(tools: readonly ResponseTool[]): string[] {
  return tools.some((tool) => 'tools' in tool && tool.description) ? ['tools.namespace.description'] : [];
}

function toolDefinition({ name, description, parameters }: z.output<typeof definition>, param: string): DeclaredTool {
  return { name, description, schema: parameters, nameParam: `${param}.name`, schemaParam: `${param}.parameters` };
}

/** The types of the unsupported tools. */
function ignoredToolTypes(tools: readonly { type: string }[] | null | undefined): string[] {
  const types = (tools ?? []).flatMap(({ type }) => (type === 'function' ? [] : [type]));
  return [...new Set(types.map((type) => `tools.${headerWord(type)}`))];
}

/** `strict` has no effect: the CLI does not enforce a function's schema. */
function ignoredStrictness(definitions: readonly { strict?: boolean | null | undefined }[]): string[] {
  return definitions.some(({ strict }) => strict) ? ['tools.strict'] : [];
}

function toolParameters(
  definitions: readonly DeclaredTool[],
  choice: ToolChoiceField,
  parallel: boolean | null | undefined,
  ignored: readonly string[],
): ParsedFields<ToolParameters> {
  const { tools, toolChoice } = applyToolChoice(clientTools(definitions), choice);
  if (tools.length === 0) return { parsed: {}, ignored };
  return {
    parsed: { tools, ...(toolChoice && { toolChoice }), ...(parallel === false && { parallelTools: false }) },
    ignored,
  };
}

interface ChosenTools {
  readonly tools: readonly ClientTool[];
  readonly toolChoice?: ToolChoice;
}

function applyToolChoice(tools: readonly ClientTool[], choice: ToolChoiceField): ChosenTools {
  if (!choice) return { tools };
  if (typeof choice === 'string') {
    if (choice === 'required' && tools.length === 0)
      throw invalidParam('tool_choice', 'needs at least one function among the tools');
    return { tools, toolChoice: { type: choice } };
  }
  switch (choice.type) {
    case 'function': {
      const name = choice.function?.name ?? choice.name ?? '';
      return { tools, toolChoice: { type: 'named', name: findTool(tools, name).name } };
    }
    case 'allowed_tools': {
      const { mode, tools: allowed } = choice.allowed_tools ?? choice;
      const names = (allowed ?? []).map((tool) => {
        const name = 'function' in tool ? tool.function?.name : 'name' in tool ? tool.name : undefined;
        if (tool.type !== 'function' || !name) throw invalidParam('tool_choice', 'can allow functions only');
        return name;
      });
      const allowedTools = [...new Set(names)].map((name) => findTool(tools, name));
      if (allowedTools.length === 0) throw invalidParam('tool_choice', 'must allow at least one function');
      return applyToolChoice(allowedTools, parseMode(mode));
    }
    default:
      throw invalidParam(
        'tool_choice',
        `type "${choice.type.slice(0, 40)}" cannot be honoured: only functions can be called here`,
      );
  }
}

function parseMode(mode: string | null | undefined): 'auto' | 'required' {
  if (mode === 'required') return mode;
  if (mode === 'auto' || mode === null || mode === undefined) return 'auto';
  throw invalidParam('tool_choice', 'has a mode other than "auto" and "required"');
}

function findTool(tools: readonly ClientTool[], name: string): ClientTool {
  const tool = tools.find((tool) => tool.name === name);
  if (!tool)
    throw invalidParam('tool_choice', `names the function "${name.slice(0, 128)}", which is not among the tools`);
  return tool;
}
