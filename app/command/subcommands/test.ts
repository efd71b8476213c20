/** `claudacity test`: asks one question over the app's own chat and shows the answer as it comes, with its timing. */
import type { ControlClient } from '../../control/client';
import type { AskTurn } from '../../shared/contract';
import { formatCount, formatUsd } from '../../shared/format';
import type { RequestDetails } from '../../shared/requests/requestRows';
import { inputTokens } from '../../shared/usage';
import { jsonDocument, seconds } from '../format';
import type { TestOutput } from '../output';
import { notEmpty } from '../parse';
import { type AddCommand, CommandError, JSON_OPTION, withApp } from '../runtime';

const QUESTION = 'Say hello in one short sentence.';

export const addTest: AddCommand = (program, runtime) => {
  program
    .command('test')
    .description('ask one question and show the answer with its timing; it counts like any other request')
    .argument('[MODEL]', 'the model to ask', notEmpty, 'sonnet')
    .option('-q, --question <TEXT>', 'what to ask', notEmpty, QUESTION)
    .option(...JSON_OPTION)
    .action(async (model: string, { question, json }: { question: string; json?: true }) => {
      const { terminal, signal } = runtime;
      const output = await withApp(runtime, async (app) => {
        const id = await app.call('trial.start', { model, text: question });
        const stop = () => void app.call('trial.stop', id).catch(() => {});
        signal.addEventListener('abort', stop, { once: true });
        try {
          const turn = await answered(app, id, json ? () => {} : terminal.write);
          return testOutput(turn, await app.call('requests.details', id));
        } finally {
          signal.removeEventListener('abort', stop);
        }
      });
      if (json) terminal.print(jsonDocument(output));
      else if (output.answer !== '') terminal.write('\n');
      if (output.error !== null) throw new CommandError(output.error);
      if (json) return;
      const { firstTokenMs, totalMs, inputTokens: input, outputTokens, costUsd } = output;
      const tokens = `${formatCount(input ?? 0)} tokens in, ${formatCount(outputTokens ?? 0)} out`;
      const cost = costUsd === null ? '' : `, ${formatUsd(costUsd)} at list price`;
      terminal.note(
        terminal.paint.dim(
          `${output.model}: first token ${seconds(firstTokenMs)}, total ${seconds(totalMs)}, ${tokens}${cost}`,
        ),
      );
    });
};

/** Resolves with the turn once it has ended. @param write receives the answer piece by piece. */
async function answered(app: ControlClient, id: string, write: (text: string) => void): Promise<AskTurn> {
  let written = 0;
  return new Promise<AskTurn>((resolve, reject) => {
    app.closed.then(() => reject(new Error('Claudacity has ended.')));
    app
      .subscribe(['trials'], ({ values: { trials } }) => {
        const turn = trials?.turns.find((one) => one.id === id);
        if (!turn) return;
        if (turn.answer.length > written) write(turn.answer.slice(written));
        written = turn.answer.length;
        if (turn.phase !== 'answering') resolve(turn);
      })
      .catch(reject);
  });
}

function testOutput(turn: AskTurn, details: RequestDetails | null): TestOutput {
  const usage = details?.usage ?? null;
  return {
    id: turn.id,
    model: turn.model,
    question: turn.question,
    answer: turn.answer,
    error: turn.error ?? (turn.phase === 'stopped' ? 'The answer was stopped.' : null),
    firstTokenMs: details?.firstTokenMs ?? null,
    totalMs: turn.durationMs,
    inputTokens: usage === null ? null : inputTokens(usage),
    outputTokens: turn.output,
    costUsd: usage?.costUsd ?? null,
  };
}
