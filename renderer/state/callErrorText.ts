import { errorText } from '../../app/shared/errorText';

/** The message of a failed call of the app, without the channel and the error class that Electron puts ahead of it. */
export function callErrorText(error: unknown): string {
  return errorText(error)
    .replace(/^Error invoking remote method '[^']*': /, '')
    .replace(/^[A-Z][A-Za-z]*Error: |^Error: /, '');
}
