/**
 * A scripted model for suites that expect sensible answers: it calls a tool that the question names or that must be called, answers in
 * the form of a schema, and else with a text. Values come from the question where there are any.
 */
import type { RecordedRequest } from '../support/messagesApi';
import { type Step, text, toolUse } from '../support/messagesApi';

type Json = Readonly<Record<string, unknown>>;

const SENTENCE = [text('Rayleigh scattering ', 'by the air ', 'turns the sky blue.')];

/** @param sentence the answer to a question that needs no tool. @returns the answer to a request, for `MessagesApi.chooseAnswer`. */
export function plausibleAnswer({ history, body }: RecordedRequest, sentence = SENTENCE): readonly Step[] {
  const blocks = history.at(-1)?.content ?? [];
  const question = blocks.map((block) => (typeof block.text === 'string' ? block.text : '')).join('\n');
  const tools = (body.tools ?? []).map((tool) => ({ name: tool.name, schema: asObject(tool.input_schema) }));
  const form = tools.find(({ name }) => name === 'StructuredOutput');
  if (form) return [toolUse(form.name, sampleOf(form.schema, question, form.schema) as Json)];

  const choice = asObject(body.tool_choice);
  const hasResult = blocks.some(({ type }) => type === 'tool_result');
  const named = tools.find(({ name }) => name === choice.name);
  const mentioned = /\bus(e|ing) the tool\b/i.test(question)
    ? tools[0]
    : tools.find(({ name }) => mentions(question, name));
  const tool = named ?? (choice.type === 'any' ? (mentioned ?? tools[0]) : hasResult ? undefined : mentioned);
  if (tool && choice.type !== 'none') {
    // No text before it: langchain-openai 1.7.4 takes a text and a call of one stream for one block (both have the index 0).
    return [toolUse(tool.name, sampleOf(tool.schema, question, tool.schema) as Json)];
  }
  return sentence;
}

/** Whether the question has the tool's name, or the thing that its name is about, such as the weather of `get_weather`. */
function mentions(question: string, name: string): boolean {
  const text = question.toLowerCase();
  const thing = name.toLowerCase().split('_').at(-1) ?? '';
  return text.includes(name.toLowerCase()) || (thing.length > 3 && text.includes(thing));
}

/** A value that the schema allows. @param root resolves `$ref`. */
function sampleOf(schema: Json, question: string, root: Json): unknown {
  const { $ref, const: constant, enum: values, default: preset, anyOf, oneOf, type } = schema;
  if (typeof $ref === 'string') return sampleOf(resolve($ref, root), question, root);
  const listed = [constant, Array.isArray(values) ? values[0] : undefined, preset].find((value) => value !== undefined);
  if (listed !== undefined) return listed;
  const branches = [anyOf, oneOf].find(Array.isArray);
  if (branches) return sampleOf(asObject(branches.find((branch) => asObject(branch).type !== 'null')), question, root);
  switch (Array.isArray(type) ? type.find((one) => one !== 'null') : type) {
    case 'integer':
    case 'number':
      return Number(/\d+/.exec(question)?.[0] ?? 1);
    case 'boolean':
      return true;
    case 'array':
      return [sampleOf(asObject(schema.items), question, root)];
    case 'string':
      return /'([^']+)'/.exec(question)?.[1] ?? / in (.+?)\??$/m.exec(question)?.[1] ?? 'A text.';
    default:
      return objectOf(schema, question, root);
  }
}

/** An object of the schema's properties, or of the keys that the question quotes. */
function objectOf(schema: Json, question: string, root: Json): Json {
  const properties = Object.entries(asObject(schema.properties));
  const quoted = [...question.matchAll(/'(\w+)'/g)].map(([, key]) => [key ?? '', 'A text.']);
  if (properties.length === 0) return Object.fromEntries(schema.required === undefined ? quoted : []);
  return Object.fromEntries(properties.map(([key, property]) => [key, sampleOf(asObject(property), question, root)]));
}

/** @param reference such as `#/$defs/Joke`. */
function resolve(reference: string, root: Json): Json {
  const keys = reference.split('/').slice(1);
  return keys.reduce((schema, key) => asObject(schema[key]), root);
}

function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}
