/** What went wrong, in words for the user. Electron puts the channel and the error's class before the message of a call that failed. */
export function errorText(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^Error invoking remote method '[^']*': /, '').replace(/^[A-Z][A-Za-z]*Error: |^Error: /, '');
}
