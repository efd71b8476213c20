/**
 * Which answer belongs to which question, over lines that somebody else carries: no process and no I/O here,
 * so that it can be tested with two arrays.
 */
import { asError } from '../../shared/errorText';
import {
  type CliMessage,
  type ControlRequest,
  type ControlResponse,
  type IncomingControlRequest,
  type OutgoingMessage,
  parseLine,
} from './messages';

export interface Lines {
  /** Resolves when the line has been taken. */
  send(line: string): Promise<void>;
  /** Ends when the other side has said its last. */
  readonly lines: AsyncIterable<string>;
}

export interface ProtocolOptions {
  /** Called for each message of a turn, in order. Nothing more is read until it has resolved: this is the back-pressure. */
  onMessage(message: CliMessage): void | Promise<void>;
  /** Answers a question of the CLI's. Default: refuses every one, so that no tool of its own ever runs. */
  onRequest?(request: IncomingControlRequest): Promise<unknown>;
}

export interface Protocol {
  /**
   * Asks, and resolves with the answer's payload.
   * @throws Error when the CLI refuses; CliEndedError when it ends before it answers.
   */
  request(control: ControlRequest): Promise<unknown>;
  send(message: OutgoingMessage): Promise<void>;
  /** Reads until the lines end. Rejects where a line cannot be understood. */
  run(): Promise<void>;
}

/** The CLI ended before it had answered, or taken, what it was told. */
export class CliEndedError extends Error {
  override readonly name = 'CliEndedError';

  constructor() {
    super('the CLI has ended');
  }
}

interface Waiting {
  resolve(payload: unknown): void;
  reject(error: Error): void;
}

export function createProtocol(carrier: Lines, options: ProtocolOptions): Protocol {
  const waiting = new Map<string, Waiting>();
  let asked = 0;
  let ended: Error | undefined;

  const write = (value: unknown) => carrier.send(JSON.stringify(value));

  const answer = async ({ request_id, request }: IncomingControlRequest) => {
    const respond = options.onRequest ?? refuse;
    const response = await respond({ type: 'control_request', request_id, request }).then(
      (payload) => ({ subtype: 'success', request_id, response: payload }),
      (error: unknown) => ({ subtype: 'error', request_id, error: String(error) }),
    );
    await write({ type: 'control_response', response });
  };

  const settle = (response: ControlResponse) => {
    const question = waiting.get(response.request_id);
    waiting.delete(response.request_id);
    if (response.subtype === 'success') question?.resolve(response.response);
    else question?.reject(new Error(response.error));
  };

  const read = async () => {
    for await (const line of carrier.lines) {
      const incoming = parseLine(line);
      if (incoming === null) continue;
      if (incoming.kind === 'response') settle(incoming.response);
      // A call of a tool stays open for as long as the client needs, and the turn is read on meanwhile.
      else if (incoming.kind === 'request') void answer(incoming.request).catch(() => {});
      else await options.onMessage(incoming.message);
    }
  };

  return {
    request: (control) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        asked += 1;
        const id = `c${asked}`;
        waiting.set(id, { resolve, reject });
        write({ type: 'control_request', request_id: id, request: control }).catch(reject);
      }),
    send: write,
    run: async () => {
      try {
        await read();
        ended = new CliEndedError();
      } catch (error) {
        ended = asError(error);
        throw ended;
      } finally {
        for (const question of waiting.values()) question.reject(ended ?? new CliEndedError());
        waiting.clear();
      }
    },
  };
}

async function refuse({ request }: IncomingControlRequest): Promise<unknown> {
  if (request.subtype === 'can_use_tool') return { behavior: 'deny', message: 'Not available here.' };
  throw new Error(`unsupported: ${request.subtype}`);
}
