/**
 * Sends control requests and matches each response to its request. It works on any transport of lines and does no I/O of
 * its own, so tests can drive it without a process.
 */
import { asError } from '../../shared/errorText';
import { isLong, jsonPieces } from '../../shared/largeTexts/jsonPieces';
import { type WaitOptions, within } from './deadlines/within';
import { type CliMessage, type ControlResponse, type IncomingControlRequest, parseLine } from './messages';
import type { ControlRequest, OutgoingMessage } from './outgoingMessages';

export interface LineTransport {
  /** Resolves when the transport can take another line. @param line as a whole, or in pieces. @throws as `within`. */
  send(line: string | Iterable<string>, wait: WaitOptions): Promise<void>;
  /** Ends when the other side writes no more. */
  readonly lines: AsyncIterable<string>;
}

export interface ProtocolOptions {
  /** How long the CLI has to read a response of the app's from its pipe, in ms. */
  readonly writeMs: number;
  /** Called for each message of a turn, in order. No further line is read until it has resolved, which is the back-pressure. */
  onMessage(message: CliMessage): void | Promise<void>;
  /** Called for each line that is no message of the CLI's, such as one of a log. It is skipped. */
  onNoise?(line: string): void;
  /** Returns the payload of the response to a request of the CLI's. Default: denies every one, so that none of its tools runs. */
  onRequest?(request: IncomingControlRequest): Promise<unknown>;
  /** Called when the response to a request of the CLI's has been written. */
  onResponded?(request: IncomingControlRequest): void;
}

export interface Protocol {
  /**
   * Sends a control request and resolves with the payload of its response.
   * @throws Error when the CLI refuses the request; CliEndedError when it ends before it responds; CliTimeoutError when it does
   *   neither in time; the signal's reason.
   */
  request(control: ControlRequest, wait: WaitOptions): Promise<unknown>;
  /** Resolves when the CLI can take another message. @throws CliEndedError, CliTimeoutError, the signal's reason */
  send(message: OutgoingMessage, wait: WaitOptions): Promise<void>;
  /** When the last line came, of whatever kind but noise, by `performance.now()`. */
  readonly lastLineAt: number;
  /** Reads until the lines end. @throws ProtocolError where a line cannot be read; whatever `onMessage` throws. */
  run(): Promise<void>;
}

/** The CLI has ended, so it cannot take a message or respond to a request. */
export class CliEndedError extends Error {
  override readonly name = 'CliEndedError';

  constructor() {
    super('the CLI has ended');
  }
}

interface PendingRequest {
  resolve(payload: unknown): void;
  reject(error: Error): void;
}

export function createProtocol(transport: LineTransport, options: ProtocolOptions): Protocol {
  const pendingRequests = new Map<string, PendingRequest>();
  let requestCount = 0;
  /** Set when the lines have ended. */
  let endError: Error | undefined;

  let lastLineAt = performance.now();

  const write = (value: unknown, wait: WaitOptions) =>
    transport.send(isLong(value) ? jsonPieces(value) : JSON.stringify(value), wait);

  const respond = async (incoming: IncomingControlRequest) => {
    const { request_id } = incoming;
    const handle = options.onRequest ?? denyRequest;
    const response = await handle(incoming).then(
      (payload) => ({ subtype: 'success', request_id, response: payload }),
      (error: unknown) => ({ subtype: 'error', request_id, error: String(error) }),
    );
    await write({ type: 'control_response', response }, { timeoutMs: options.writeMs });
    options.onResponded?.(incoming);
  };

  const settleRequest = (response: ControlResponse) => {
    const pending = pendingRequests.get(response.request_id);
    pendingRequests.delete(response.request_id);
    if (response.subtype === 'success') pending?.resolve(response.response);
    else pending?.reject(new Error(response.error));
  };

  const readLines = async () => {
    for await (const line of transport.lines) {
      const incoming = parseLine(line);
      if (incoming.kind === 'noise') {
        options.onNoise?.(line);
        continue;
      }
      lastLineAt = performance.now();
      if (incoming.kind === 'response') settleRequest(incoming.response);
      // Not awaited: a tool call stays open while the client runs the tool, and the turn's other lines must be read meanwhile.
      else if (incoming.kind === 'request') void respond(incoming.request).catch(() => {});
      else if (incoming.kind === 'message') await options.onMessage(incoming.message);
    }
  };

  return {
    request: async (control, wait) => {
      if (endError) throw endError;
      requestCount += 1;
      const id = `c${requestCount}`;
      const response = new Promise((resolve, reject) => {
        pendingRequests.set(id, { resolve, reject });
        write({ type: 'control_request', request_id: id, request: control }, wait).catch(reject);
      });
      try {
        return await within(response, control.subtype, wait);
      } finally {
        pendingRequests.delete(id);
      }
    },
    send: write,
    get lastLineAt() {
      return lastLineAt;
    },
    run: async () => {
      try {
        await readLines();
        endError = new CliEndedError();
      } catch (error) {
        endError = asError(error);
        throw endError;
      } finally {
        for (const pending of pendingRequests.values()) pending.reject(endError ?? new CliEndedError());
        pendingRequests.clear();
      }
    },
  };
}

async function denyRequest({ request }: IncomingControlRequest): Promise<unknown> {
  if (request.subtype === 'can_use_tool') return { behavior: 'deny', message: 'Not available here.' };
  throw new Error(`unsupported: ${request.subtype}`);
}
