/** The conversations of the demo and their messages. */
import type { ConversationRow, StoredConversation, StoredMessage } from '../../../app/shared/contract';
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

export function activeConversations(): ConversationRow[] {
  const now = Date.now();
  const row = (
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
    phase,
    turns,
    usage: { ...usage(turns * 400), costUsd: turns * 0.021 },
    startedAt: now - ago - turns * 60_000,
    lastUsedAt: now - ago,
    pid: 41_000 + turns,
    expiresAt: phase === 'idle' ? now - ago + 300_000 : null,
  });
  return [
    row('Open WebUI', 'sonnet', 'answering', 6, 900),
    row('Continue', 'opus', 'waiting_for_tool', 14, 4_000),
    row('ollama-js', 'haiku', 'idle', 2, 184_000),
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

/** @param long as long as the longest conversations of real programs. */
export function messagesOf({ title, turns }: StoredConversation, long: boolean): StoredMessage[] {
  return Array.from({ length: (long ? 600 : turns) * 2 }, (_, index): StoredMessage => {
    if (index % 2 === 1)
      return { role: 'assistant', text: index % 4 === 3 ? 'Yes: the range is computed once.' : ANSWER };
    if (long && index === 2) return { role: 'user', text: 'A log that was pasted whole. '.repeat(20_000) };
    return { role: 'user', text: index === 0 ? title : 'And does it hold if the vector grows while I go through it?' };
  });
}
