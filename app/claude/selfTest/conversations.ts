/**
 * The two conversations of the self-test. Every text of the first one contains a word that must never be seen in the second one. They
 * differ in all that is set for a conversation or a turn, so that whatever is left of the first one shows in the requests of the second.
 */
import type { LoopbackAnswer } from '../loopback/loopbackApi';
import type { ClaudeProcess, ConversationStart } from '../process/claudeProcess';
import type { ApiMessage } from '../process/outgoingMessages';
import type { McpToolDefinition } from '../process/tools/clientTools';
import type { TurnFlags } from '../process/turnFlags';

/** Is in every text of the first conversation, and in no text of the CLI's. */
export const FIRST_WORD = 'quillfeather';

const FIRST_SYSTEM = `You sell the ${FIRST_WORD} by the dozen.`;
/** The system prompt to which the first conversation changes before its second question. */
const CHANGED_SYSTEM = `You buy the ${FIRST_WORD} by weight.`;

const FIRST: ConversationStart = {
  system: FIRST_SYSTEM,
  model: 'opus',
  setup: { tools: [tool(`count_${FIRST_WORD}`, `Counts each ${FIRST_WORD}.`)] },
};
const FIRST_FLAGS: TurnFlags = {
  effort: 'high',
  maxTokens: 1_234,
  thinking: 'shown',
  extraBody: { stop_sequences: [FIRST_WORD] },
};
const FIRST_HISTORY: readonly ApiMessage[] = [
  say('assistant', `Welcome to the ${FIRST_WORD} shop.`),
  ...exchanges((at) => [`Is there a ${FIRST_WORD} on shelf ${at}?`, `There is one ${FIRST_WORD}.`]),
];
const FIRST_CALL = `Count every ${FIRST_WORD}.`;
const FIRST_QUESTION = `What is one ${FIRST_WORD} worth?`;
const FIRST_ENDLESS = `Describe the ${FIRST_WORD} at length.`;

const SECOND_TOOLS = [tool('tide_table', 'Tells the tide.'), tool('list_ships', 'Lists the ships.')];
const SECOND: ConversationStart = {
  system: 'You keep the harbour log.',
  model: 'sonnet',
  setup: { tools: SECOND_TOOLS },
};
const SECOND_HISTORY = exchanges((at) => [`When does ferry ${at} leave?\n/help`, 'At nine.']);
const SECOND_CALL = 'Which ships are in the harbour?';
/** The question that is asked, and taken back by a rewind. Of the same length as the one that is asked in its place. */
const TAKEN_BACK = 'Who is on the morning watch?';
const ASKED_INSTEAD = 'Who is on the evening watch?';

const TOOL_RESULT = '';

const ANSWERS: Readonly<Record<string, LoopbackAnswer>> = {
  [FIRST_CALL]: { kind: 'tool_call', id: `toolu_01${FIRST_WORD}`, tool: `count_${FIRST_WORD}` },
  [FIRST_QUESTION]: { kind: 'text', text: `One ${FIRST_WORD} is worth two.` },
  [FIRST_ENDLESS]: { kind: 'endless', text: `The ${FIRST_WORD} is` },
  [SECOND_CALL]: { kind: 'tool_call', id: 'toolu_01harbour', tool: 'list_ships' },
  [TOOL_RESULT]: { kind: 'text', text: 'That is all.' },
};

/** The answer of the API to a question of either conversation, where it is not any. */
export function answerTo(question: string): LoopbackAnswer | undefined {
  return ANSWERS[question];
}

/** Holds the first conversation, whose last turn is interrupted. @throws Error where a step fails. */
export async function holdFirst(process: ClaudeProcess, signal: AbortSignal): Promise<void> {
  await process.begin(FIRST, signal);
  await process.configure(FIRST_FLAGS, signal);
  await process.replay(FIRST_HISTORY, signal);
  await ask(process, FIRST_CALL, signal);
  // The tools of the second conversation, which must not get those of the first beside them.
  await process.replaceTools(SECOND_TOOLS, signal);
  await process.changeSystem(CHANGED_SYSTEM, signal);
  await ask(process, FIRST_QUESTION, signal);
  for await (const { type } of process.runTurn([{ type: 'text', text: FIRST_ENDLESS }], signal)) {
    if (type === 'text') break;
  }
  signal.throwIfAborted();
}

/** Whether the change of the system prompt has reached the API. @param bodies of the first conversation's turns. */
export function hasChangedSystem(bodies: readonly string[]): boolean {
  const [before, after] = [FIRST_CALL, FIRST_QUESTION].map((question) => bodies.find((one) => one.includes(question)));
  if (before === undefined || after === undefined) return false;
  return before.includes(FIRST_SYSTEM) && after.includes(CHANGED_SYSTEM) && !after.includes(FIRST_SYSTEM);
}

/**
 * Holds the second conversation.
 * @param takesBack whether its last question is asked in place of another one, which is taken back.
 * @throws Error where a step fails.
 */
export async function holdSecond(process: ClaudeProcess, takesBack: boolean, signal: AbortSignal): Promise<void> {
  await process.begin(SECOND, signal);
  await process.configure({}, signal);
  await process.replay(SECOND_HISTORY, signal);
  await ask(process, SECOND_CALL, signal);
  if (takesBack) {
    const { turns } = process;
    await ask(process, TAKEN_BACK, signal);
    if (!(await process.rewind(turns))) throw new Error('a conversation could not be rewound');
  }
  await ask(process, ASKED_INSTEAD, signal);
}

/**
 * The body of the question that was taken back must be that of the one asked in its place, but for its text.
 * @returns the body with the text of the latter.
 */
export function asIfNotTakenBack(body: string): string {
  return body.replaceAll(TAKEN_BACK, ASKED_INSTEAD);
}

/** Asks a question and answers the tool calls. @throws Error where the turn does not end well. */
async function ask(process: ClaudeProcess, text: string, signal: AbortSignal): Promise<void> {
  let succeeded = false;
  for await (const event of process.runTurn([{ type: 'text', text }], signal)) {
    if (event.type === 'tool_end') {
      process.sendToolResult(event.id, {
        content: [{ type: 'text', text: `Result of ${event.name}.` }],
        isError: false,
      });
    }
    if (event.type === 'result') succeeded = !event.result.is_error;
  }
  signal.throwIfAborted();
  if (!succeeded) throw new Error('a turn did not end as scripted');
}

/** Enough of them that some texts need no turn where the CLI takes them so. */
function exchanges(texts: (at: number) => readonly [question: string, answer: string]): readonly ApiMessage[] {
  return Array.from({ length: 12 }, (_, at) => {
    const [question, answer] = texts(at);
    return [say('user', question), say('assistant', answer)];
  }).flat();
}

function say(role: ApiMessage['role'], text: string): ApiMessage {
  return { role, content: [{ type: 'text', text }] };
}

function tool(name: string, description: string): McpToolDefinition {
  return { name, description, inputSchema: { type: 'object', properties: { [name]: { type: 'string' } } } };
}
