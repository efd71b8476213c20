/** The conversations of the demo and their messages. */
import type {
  CallHandlers,
  ConversationRow,
  LiveTurn,
  SaidMessage,
  StoredConversation,
} from '../../../app/shared/contract';
import { between, pick } from './demoRandom';
import { CLIENTS, usage } from './demoRequests';

const QUESTIONS = [
  'Why does my Rust program borrow the vector twice in this loop?',
  'Write a haiku about a build that is green at last',
  'Summarise the attached minutes in five points, and name who has to do what until Friday…',
  'Translate this letter to the landlord into German, politely but firmly',
  'What is the difference between a mutex and a semaphore?',
  '### Task: Generate a concise, 3-5 word title with an emoji summarizing the chat history…',
  'Review this pull request as a senior engineer would. Be strict about error handling…',
  'Plan a week of dinners for four, one of whom eats no fish',
  'Erkläre mir den Unterschied zwischen „das“ und „dass“',
] as const;

export function activeConversations(withTexts: boolean): ConversationRow[] {
  const now = Date.now();
  const row = (
    title: string,
    client: string,
    model: string,
    phase: ConversationRow['phase'],
    turns: number,
    ago: number,
  ): ConversationRow => ({
    id: `conv_${turns}${ago}`,
    client,
    keyId: '',
    keyName: '',
    model,
    title: withTexts ? title : '',
    phase,
    turns,
    usage: { ...usage(turns * 400), costUsd: turns * 0.021 },
    startedAt: now - ago - turns * 60_000,
    lastUsedAt: now - ago,
    pid: 41_000 + turns,
    expiresAt: phase === 'idle' ? now - ago + 300_000 : null,
  });
  return [
    row(QUESTIONS[0], 'Open WebUI', 'sonnet', 'answering', 6, 900),
    row(QUESTIONS[1], 'Continue', 'opus', 'waiting_for_tool', 14, 4_000),
    row(QUESTIONS[2], 'ollama-js', 'haiku', 'idle', 2, 184_000),
  ];
}

/** Newest first: the active conversations, then older ones. */
export function storedConversations(
  active: readonly ConversationRow[],
  count: number,
  withTexts: boolean,
): StoredConversation[] {
  const stored = active.map((row, index) => storedFrom(row, index, withTexts));
  for (let index = stored.length; index < count; index++) {
    const { client } = pick(CLIENTS);
    const turns = between(1, 9);
    stored.push(
      storedFrom(
        {
          id: `conv_stored_${index}`,
          client,
          keyId: '',
          keyName: '',
          model: pick(['claude-sonnet-5-5', 'claude-opus-5', 'claude-haiku-5']),
          title: '',
          turns,
          usage: { ...usage(turns * 400), costUsd: turns * 0.0137 },
          startedAt: Date.now() - index * index * 60_000 - turns * 90_000,
          lastUsedAt: Date.now() - index * index * 60_000,
        },
        index,
        withTexts,
      ),
    );
  }
  return stored;
}

function storedFrom(
  row: Omit<ConversationRow, 'phase' | 'pid' | 'expiresAt'>,
  index: number,
  withTexts: boolean,
): StoredConversation {
  const { id, client, keyId, keyName, model, turns, usage: tokens, startedAt, lastUsedAt } = row;
  return {
    id,
    name: index % 4 === 0 ? 'b5a1c2d4-7f0e-4d7c-9a43-0e0f6c1b2a3d' : null,
    client,
    keyId,
    keyName,
    model,
    title: withTexts ? (QUESTIONS[index % QUESTIONS.length] ?? '') : '',
    ownTitle: index === 5 ? 'Dinners for the week' : null,
    createdAt: startedAt,
    usedAt: lastUsedAt,
    turns,
    bytes: withTexts ? turns * 2_300 : 0,
    usage: tokens,
  };
}

const ANSWER = `The loop borrows \`items\` for as long as the iterator lives, so the push inside it would need a second, mutable borrow. Collect what you want to add first, and add it afterwards:

\`\`\`rust
let doubled: Vec<_> = items.iter().map(|n| n * 2).collect();
items.extend(doubled);
\`\`\`

This needs one allocation more. If that matters, iterate over the indexes instead:

\`\`\`rust
for i in 0..items.len() {
    let n = items[i] * 2;
    items.push(n);
}
\`\`\`

The range is computed once, before the first push, so the loop ends.`;

const text = (written: string) => ({ kind: 'text', text: written }) as const;

/** @param long as long as the longest conversations of real programs. */
export function messagesOf({ title, turns }: StoredConversation, long: boolean): SaidMessage[] {
  return Array.from({ length: (long ? 600 : turns) * 2 }, (_, index): SaidMessage => {
    if (index % 2 === 1) {
      if (index % 8 === 3) return { role: 'assistant', parts: [text('Let me look at the file first.'), READ_CALL] };
      return { role: 'assistant', parts: [text(index % 4 === 3 ? REVIEW : ANSWER)] };
    }
    if (index % 8 === 4) return { role: 'user', parts: [READ_RESULT] };
    if (long && index === 2) return { role: 'user', parts: [text('A log that was pasted whole. '.repeat(20_000))] };
    return {
      role: 'user',
      parts: [text(index === 0 ? title : 'And does it hold if the vector grows while I go through it?')],
    };
  });
}

const READ_CALL = {
  kind: 'tool_call',
  id: 'toolu_1',
  name: 'read_file',
  input: JSON.stringify({ path: 'src/main.rs', from: 1, to: 80 }, null, 2),
  done: true,
} as const;

const READ_RESULT = {
  kind: 'tool_result',
  id: 'toolu_1',
  isError: false,
  text: 'fn main() {\n    let items = vec![1, 2, 3];\n}',
} as const;

const REVIEW = `### What I would change

1. **Return early.** The nested \`if\` hides the error path:
   - the caller gets \`None\` for three different reasons
   - ~~the log has the reason~~ it does not
2. *Name the timeout.* See [the documentation](https://example.org/timeouts).

> A retry without a limit is an outage with a delay.

| case | before | after |
|---|---:|---:|
| cold | 840 ms | 310 ms |
| warm | 12 ms | 11 ms |

- [x] tests
- [ ] changelog`;

/** The running answer: a piece more with each request of the window. @param still it does not go on. */
export function liveTurns(still: boolean): NonNullable<CallHandlers['conversations.live']> {
  let length = 700;
  return (id, version): LiveTurn | null => {
    if (!id.startsWith('conv_6')) return null;
    if (!still) length = Math.min(length + 9, WRITTEN.length);
    if (version === length) return null;
    return {
      version: length,
      earlierMessages: 12,
      question: [{ role: 'user', parts: [text('And in which order should I change it?')] }],
      answer: [
        { kind: 'thinking', text: 'The order matters because the *tests* come first.' },
        text(WRITTEN.slice(0, length)),
      ],
      state: length < WRITTEN.length ? 'running' : 'answered',
    };
  };
}

const WRITTEN = `${REVIEW}\n\n${ANSWER}\n\n${REVIEW}`;
