/** Writes the events of an answer to its record, as the server does for a program's request. */
import type { ChatEvent } from '../../chat/events';
import { MAIN_ACCOUNT } from '../../shared/cli/accounts';
import { unfinishedUsage } from '../../shared/usage';
import type { RequestRecord } from '../../store/journal';

/** Returns the function that records the next event. Errors are recorded with the request's end. */
export function recordEvent(record: RequestRecord): (event: ChatEvent) => void {
  const startedAt = performance.now();
  let hasOutput = false;
  return (event) => {
    record.answer(0, event);
    if (event.type === 'start') {
      const { conversation, served, model, isolation, payer, account = MAIN_ACCOUNT } = event;
      record.change({
        ...{ conversation, served, resolvedModel: model, isolation },
        ...{ payer: payer?.description ?? null, billing: payer?.billing ?? null },
        accountId: account === MAIN_ACCOUNT ? '' : account,
      });
    }
    if (event.type === 'question_sent') record.change({ loadMs: performance.now() - startedAt });
    if ((event.type === 'text' && event.text !== '') || event.type === 'thinking') {
      if (!hasOutput) record.change({ firstTokenMs: performance.now() - startedAt, phase: 'streaming' });
      hasOutput = true;
    }
    if (event.type === 'usage') record.change({ usage: unfinishedUsage(event.usage) });
    if (event.type === 'end') record.change({ usage: event.usage, endReason: event.reason });
  };
}
