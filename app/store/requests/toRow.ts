/** The part of a request's details that the log shows in its row. */
import type { RequestDetails, RequestRow } from '../../shared/contract';

export function toRow(request: RequestDetails): RequestRow {
  const { id, at, client, address, dialect, method, path, model, stream, phase, status } = request;
  const { outcome, asked, conversation, resolvedModel, served, keyId, keyName, loadMs, firstTokenMs, durationMs } =
    request;
  const usage = request.usage && { ...request.usage };
  return {
    ...{ id, at, client, address, dialect, method, path, model, stream, phase, outcome, asked, status },
    ...{ conversation, resolvedModel, served, keyId, keyName, usage, loadMs, firstTokenMs, durationMs },
  };
}
