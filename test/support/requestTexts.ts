/** The texts of requests in a test's database, all of which are kept but for what the test says. */
import type { Retention } from '../../app/store/conversations/retention';
import type { Database } from '../../app/store/database';
import { openRequestTexts, type RequestTextsStore } from '../../app/store/requests/requestTexts';
import { createMaintenance, type Maintenance } from '../../app/store/sqlite/maintenance';
import type { RecordingLog } from './recordingLog';

export interface TestTextsOptions {
  retention?: Partial<Retention>;
  now?: () => number;
  maintenance?: Pick<Maintenance, 'sweep' | 'index'>;
}

export function testRequestTexts(
  database: Database,
  log: RecordingLog,
  { retention = {}, now, maintenance = createMaintenance({ database }) }: TestTextsOptions = {},
): RequestTextsStore {
  return openRequestTexts({
    ...{ database, log, maintenance },
    ...(now && { now }),
    retention: () => ({ keepTexts: true, keepDays: 30, keepBytes: 1024 * 1024 * 1024, ...retention }),
  });
}
