/** The home page of the demo: its report, and a conversation whose answers stream. */
import type { AskTurn, CallHandlers, HomeReport, RequestRow } from '../../../app/shared/contract';

const ERRORS: Partial<Record<string, string>> = {
  plan_limit: 'The 5-hour limit of this account is reached. It resets at 16:00.',
  invalid: 'model ‘gpt-9’ not found; there are: sonnet, opus, haiku',
};

export function demoHomeReport(busy: boolean, rows: readonly RequestRow[]): HomeReport {
  // As many as the demo's day counts.
  const failed = rows
    .filter(({ phase, model }) => phase === 'failed' && model !== '')
    .reverse()
    .slice(0, 9);
  const counts = new Map<RequestRow['outcome'], number>();
  for (const { outcome } of failed) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return {
    ...{ hasAsked: busy, hasConnected: busy, firstTokenMs: busy ? 910 : null },
    failures: [...counts].map(([outcome, count]) => ({ outcome, count })).sort((a, b) => b.count - a.count),
    usual: busy ? { days: 7, costUsd: 3.12, output: 148_000, requests: 261.5, failed: 2, firstTokenMs: 840 } : null,
    lastFailures: failed.slice(0, 5).map(({ id, at, client, keyName, model, outcome }) => ({
      ...{ id, at, client, keyName, model, outcome },
      error: ERRORS[outcome] ?? 'the claude CLI ended unexpectedly (exit code 1); the request can be sent again',
    })),
  };
}

const ANSWER = `A rail line is only as fast as its slowest **signal**. Three things help most:

1. Shorter blocks, so that trains may follow more closely.
2. Moving the stop of the slow train to a passing loop.
3. A timetable that is *kept*:

\`\`\`ts
const headway = blockLength / speed + braking;
\`\`\`

Ask on if you want numbers for your line.`;

const PIECE = 9;
const EVERY_MS = 40;

export function askHandlers(
  turns: () => AskTurn[],
  change: (turns: AskTurn[]) => void,
): Pick<CallHandlers, 'ask.start' | 'ask.stop' | 'ask.clear'> {
  let timer: ReturnType<typeof setInterval> | undefined;
  const update = (id: string, part: Partial<AskTurn>) =>
    change(turns().map((turn) => (turn.id === id ? { ...turn, ...part } : turn)));
  const end = (phase: AskTurn['phase']) => {
    clearInterval(timer);
    const last = turns().at(-1);
    if (last?.phase === 'answering') update(last.id, { phase, durationMs: Date.now() - last.startedAt, output: 118 });
  };
  return {
    'ask.start': ({ model, text }) => {
      const id = `ask_${turns().length}`;
      const startedAt = Date.now();
      const turn: AskTurn = {
        ...{ id, question: text, answer: '', model: `claude-${model}-5-5`, phase: 'answering', error: null },
        ...{ startedAt, durationMs: null, output: null },
      };
      change([...turns(), turn]);
      let length = 0;
      timer = setInterval(() => {
        length += PIECE;
        update(id, { answer: ANSWER.slice(0, length) });
        if (length >= ANSWER.length) end('done');
      }, EVERY_MS);
      return id;
    },
    'ask.stop': () => end('stopped'),
    'ask.clear': () => {
      clearInterval(timer);
      change([]);
    },
  };
}
