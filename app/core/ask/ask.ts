/**
 * The conversation that the user holds with Claude in the window. It goes through the chat and the journal like a program's request, but not
 * over HTTP, so that it works before any program is connected.
 */
import { randomUUID } from 'node:crypto';
import { type Fault, toFault } from '../../api/fault';
import { ChatError } from '../../chat/errors';
import type { Message } from '../../chat/request';
import type { Chat } from '../../chat/service';
import type { Log } from '../../log/log';
import { type AskState, type AskTurn, WINDOW_CLIENT, WINDOW_DIALECT } from '../../shared/reports/homeReport';
import type { Journal, RequestRecord } from '../../store/journal';
import { recordEvent } from './recordEvent';

export interface Asking {
  readonly state: AskState;
  /**
   * Asks the next question of the conversation. Returns the request's id; the answer comes in `state`.
   * @throws Error where another one is being answered.
   */
  start(question: { model: string; text: string }): string;
  /** Whether this is the request that is being answered. */
  isAnswering(id: string): boolean;
  /** Ends the answer; what has come of it stays. Does nothing where none is being given. */
  stop(): void;
  /** Ends the answer and begins another conversation. */
  clear(): void;
}

export interface AskingOptions {
  readonly chat: Pick<Chat, 'ask'>;
  readonly journal: Pick<Journal, 'begin'>;
  readonly log: Pick<Log, 'error'>;
  /** What the log names as the path of the requests. Default: the window's page `Home`. */
  readonly place?: string;
  /** Called when `state` has changed: with each piece of the answer. */
  onChange(): void;
}

/** The turns that the window shows and that are sent with a question. */
const MOST_TURNS = 20;
/** Of an answer, in UTF-16 units: what the window receives up to twenty times a second must be bounded. */
const LONGEST_ANSWER = 200_000;

export function createAsking({ chat, journal, log, place = 'Home', onChange }: AskingOptions): Asking {
  let turns: AskTurn[] = [];
  let conversation = randomUUID();
  let running: AbortController | undefined;

  const change = (id: string, part: Partial<AskTurn>) => {
    turns = turns.map((turn) => (turn.id === id ? { ...turn, ...part } : turn));
    onChange();
  };

  const answer = async (turn: AskTurn, messages: Message[], record: RequestRecord, signal: AbortSignal) => {
    const request = {
      ...{ model: turn.model, system: '', messages, client: WINDOW_CLIENT, thinking: false, owner: '' },
      name: { kind: 'label' as const, id: `window-${conversation}` },
    };
    record.change({ model: turn.model, messages: messages.length });
    record.ask(request);
    const recordOne = recordEvent(record);
    let text = '';
    for await (const event of chat.ask(request, signal)) {
      if (event.type === 'error') throw event.error;
      recordOne(event);
      if (event.type === 'start') change(turn.id, { model: event.model });
      if (event.type === 'text') {
        text += event.text;
        change(turn.id, { answer: text.slice(0, LONGEST_ANSWER) });
      }
      if (event.type === 'end') change(turn.id, { output: event.usage.output });
    }
    if (signal.aborted) throw new ChatError('cancelled', 'the answer was stopped');
  };

  const finish = (turn: AskTurn, record: RequestRecord, error: unknown, wasStopped: boolean) => {
    const durationMs = Date.now() - turn.startedAt;
    if (error === undefined) {
      record.end({ status: 200, phase: 'done' });
      change(turn.id, { phase: 'done', durationMs });
    } else if (wasStopped) {
      record.end({ status: 200, phase: 'stopped', error: 'you stopped it' });
      change(turn.id, { phase: 'stopped', durationMs });
    } else {
      const fault = toFault(error, turn.id);
      if (fault.code === 'internal')
        log.error('a question of the window failed', { id: turn.id, error: String(error) });
      record.change({ failure: failureOf(fault) });
      record.end({ status: fault.status, phase: 'failed', error: fault.recorded });
      change(turn.id, { phase: 'failed', error: fault.message, durationMs });
    }
  };

  return {
    get state() {
      return { turns };
    },
    start({ model, text }) {
      if (running) throw new Error('Another question is being answered. Stop it first, or wait for its end.');
      const controller = new AbortController();
      running = controller;
      const record = journal.begin({
        ...{ client: WINDOW_CLIENT, address: '127.0.0.1', dialect: WINDOW_DIALECT, method: 'ASK', path: place },
        ...{ model, stream: true, userAgent: '' },
      });
      const turn: AskTurn = {
        ...{ id: record.id, question: text, answer: '', model, phase: 'answering', error: null },
        ...{ startedAt: Date.now(), durationMs: null, output: null },
      };
      const messages = [...turns.flatMap(messagesOf), userMessage(text)];
      turns = [...turns, turn].slice(-MOST_TURNS);
      onChange();
      const end = (error?: unknown) => {
        if (running === controller) running = undefined;
        finish(turn, record, error, controller.signal.aborted);
      };
      answer(turn, messages, record, controller.signal).then(() => end(), end);
      return record.id;
    },
    isAnswering: (id) => turns.some((turn) => turn.id === id && turn.phase === 'answering'),
    stop: () => running?.abort(),
    clear() {
      running?.abort();
      turns = [];
      conversation = randomUUID();
      onChange();
    },
  };
}

/** What a later question is asked after: a turn without an answer is left out. */
function messagesOf({ question, answer }: AskTurn): Message[] {
  if (answer === '') return [];
  return [userMessage(question), { role: 'assistant', content: [{ type: 'text', text: answer }] }];
}

function userMessage(text: string): Message {
  return { role: 'user', content: [{ type: 'text', text }] };
}

function failureOf({ limit, code }: Fault) {
  return limit === undefined ? code : (`${limit}_limit` as const);
}
