/** The calls about the app's own files: renamed databases, and updates. They are a part of those in contract.ts. */
import { z } from 'zod';
import { call } from '../contractKinds';
import type { RestoreResult } from './storageState';
import type { UpdateState } from './updateState';

const fileName = z.string().max(255);

export const MAINTENANCE_CALLS = {
  /** Adds what a quarantined database holds to the current one. Rejects with the reason where it cannot be read. */
  'history.restore': call<RestoreResult>()(fileName),
  /** Takes a quarantined database off the list; the file stays. */
  'history.dismiss': call<void>()(fileName),
  /** Renames the database of a later version of the app and begins a new one. Rejects where it cannot be renamed. */
  'history.beginNew': call<void>()(),
  'update.state': call<UpdateState>()(),
  /** Looks for a later version. Rejects with the reason where none can be looked for. */
  'update.check': call<UpdateState>()(),
  /** Resolves when the update is there, and has the right checksum. Rejects like `update.check`. */
  'update.download': call<UpdateState>()(),
  /** Waits until no answer is running, installs what was downloaded and starts the app again. Rejects where it cannot be installed. */
  'update.install': call<UpdateState>()(),
  /** Ends a download, or an installation that still waits. */
  'update.cancel': call<UpdateState>()(),
};
