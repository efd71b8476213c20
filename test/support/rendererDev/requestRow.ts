/** A row of the request log for tests: a finished chat, but for what the test says. */
import type { RequestRow } from '../../../app/shared/contract';

export function requestRow(row: Partial<RequestRow> = {}): RequestRow {
  return {
    id: 'r',
    at: 0,
    client: 'curl',
    address: '127.0.0.1',
    dialect: 'ollama',
    method: 'POST',
    path: '/api/chat',
    model: 'sonnet',
    stream: true,
    keyId: '',
    keyName: '',
    phase: 'done',
    outcome: 'answered',
    asked: '',
    conversation: null,
    resolvedModel: null,
    served: null,
    status: 200,
    usage: null,
    loadMs: null,
    firstTokenMs: null,
    durationMs: 10,
    ...row,
  };
}
