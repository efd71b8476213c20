/** The message of anything that was thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Anything that was thrown as an Error; what is none becomes the message of a new one. */
export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
