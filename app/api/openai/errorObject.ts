/** Errors in OpenAI's form, which always has all four keys. */
import type { Fault } from '../fault';

export function errorObject(fault: Fault): object {
  const { status, message, param, code } = fault;
  return { error: { message, type: errorType(status), param, code: CODES[code] ?? null } };
}

function errorType(status: number): string {
  return TYPES_BY_STATUS[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
}

const TYPES_BY_STATUS: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
};

/** OpenAI's code where there is one; otherwise a code of this app where clients may need to tell errors apart. */
const CODES: Partial<Record<Fault['code'], string>> = {
  model_not_found: 'model_not_found',
  context_too_long: 'context_length_exceeded',
  too_large: 'request_too_large',
  rate_limit: 'rate_limit_exceeded',
  invalid_api_key: 'invalid_api_key',
  authentication: 'claude_authentication_failed',
  signed_out: 'claude_signed_out',
  cli_missing: 'claude_cli_missing',
  cli_outdated: 'claude_cli_outdated',
  cli_failed: 'claude_cli_failed',
  cli_timeout: 'claude_cli_timeout',
  overloaded: 'overloaded',
  busy: 'server_busy',
  history_unavailable: 'history_unavailable',
  method_not_allowed: 'method_not_allowed',
  internal: 'internal_error',
};
