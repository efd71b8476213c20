/** Errors in Anthropic's form. The request's id is in a header, for Anthropic's packages, and in the body, for people. */
import { randomUUID } from 'node:crypto';
import type { FaultReply } from '../dialect';
import type { Fault } from '../fault';

export function errorReply(fault: Fault): FaultReply {
  const status = fault.code === 'overloaded' ? OVERLOADED_STATUS : fault.status;
  const id = newRequestId();
  return { status, body: errorObject(fault, id), headers: requestIdHeader(id) };
}

/** The status that Anthropic's API and packages use for it. */
const OVERLOADED_STATUS = 529;

export function newRequestId(): string {
  return `req_${randomUUID().replaceAll('-', '')}`;
}

export function requestIdHeader(id: string): Readonly<Record<string, string>> {
  return { 'request-id': id };
}

export function errorObject(fault: Fault, requestId: string): object {
  const error = {
    type: errorType(fault),
    message: fault.message,
    ...(fault.param === 'thread' && { details: NO_THREADS }),
  };
  return { type: 'error', error, request_id: requestId };
}

/** On this error, Anthropic's packages send the whole history instead of a thread. */
const NO_THREADS = { error_code: 'thread_unsupported_request', unsupported: ['thread'] };

function errorType({ code, status }: Fault): string {
  if (code === 'overloaded' || code === 'busy') return 'overloaded_error';
  return TYPES_BY_STATUS[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
}

const TYPES_BY_STATUS: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
};
