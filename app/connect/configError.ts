/** Why a configuration file is not read or written. */

/**
 * `changed`: it is not as it was when the user last looked. `unreadable`: the system refuses it, or it is no text. `invalid`: it cannot be
 * parsed, or has another form than its program's. `unwritable`: the system refuses the write. `nothing`: there is nothing to undo.
 */
export type ConfigErrorCode = 'changed' | 'unreadable' | 'invalid' | 'unwritable' | 'nothing' | 'timeout';

/** The message is for the user and says what to do. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(
    readonly code: ConfigErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
