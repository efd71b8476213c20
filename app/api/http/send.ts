/** Sends complete bodies: JSON and faults. */
import type { Response } from 'express';
import type { Log } from '../../log/log';
import type { ReplyHeaders } from '../dialect';
import type { Fault } from '../fault';
import type { Exchange } from './exchange';

/** Sends the body and ends the response. */
export function sendJson(res: Response, status: number, body: unknown): void {
  const bytes = Buffer.from(JSON.stringify(body));
  res.status(status);
  // ollama-js reads the message of an error only if the content type is JSON.
  res.setHeader('Content-Type', 'application/json; charset=utf-8');
  res.setHeader('Content-Length', bytes.length);
  res.end(bytes);
}

/** Sets the dialect's own headers. */
export function setHeaders(res: Response, headers: ReplyHeaders = {}): void {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
}

/** Sends the fault in the form of the path's dialect. */
export function sendFault(res: Response, exchange: Exchange, fault: Fault): void {
  const { status, body, headers } = exchange.dialect.fault(fault);
  setHeaders(res, headers);
  if (fault.retryAfterS !== null) res.setHeader('Retry-After', String(fault.retryAfterS));
  // Otherwise openai-node, openai-python and the Anthropic packages retry twice, and each retry runs the model.
  if (!fault.shouldRetry) res.setHeader('X-Should-Retry', 'false');
  sendJson(res, status, body);
}

/**
 * Writes the fault to the journal and the log.
 * @param error the fault's origin; its stack is logged if it is a defect of this app.
 */
export function recordFault(exchange: Exchange, fault: Fault, error: unknown, log: Log): void {
  exchange.fail(fault.recorded, fault.limit === undefined ? fault.code : `${fault.limit}_limit`);
  if (fault.code === 'stopped') exchange.markStopped();
  const fields = { id: exchange.id, client: exchange.client, code: fault.code, reason: fault.recorded };
  if (fault.code === 'internal') {
    log.error('request failed', { ...fields, stack: stackOf(error) });
  } else if (fault.code === 'stopped') {
    log.info('request stopped', fields);
  } else if (fault.code === 'invalid_api_key' || fault.code === 'forbidden') {
    // At the level of debugging: anybody can send these, and the log has a bounded size.
    log.debug('request refused', fields);
  } else if (fault.status >= 500) {
    log.warn('request failed', fields);
  } else {
    log.info('request refused', fields);
  }
}

/** The stack of the cause, if there is one: `ChatError.from` wraps the original error. */
function stackOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return error.cause instanceof Error ? error.cause.stack : error.stack;
}
