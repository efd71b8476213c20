import { isFailure } from './requestOutcome';
import type { RequestRow } from './requestRows';

/**
 * Whether the request only asked for models, versions and the like, as programs do every few seconds. The log folds these to one line, and they are
 * not stored. A failed one is worth a row of its own.
 */
export function isPoll({
  method,
  path,
  model,
  phase,
}: Pick<RequestRow, 'method' | 'path' | 'model' | 'phase'>): boolean {
  if (isFailure({ phase })) return false;
  return path.endsWith('/api/show') || (model === '' && (method === 'GET' || method === 'HEAD'));
}
