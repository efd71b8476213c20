/** Gives electron-updater's errors, which are for developers, sentences for users. */
import { errorText } from '../../shared/errorText';
import { isMissing } from './feedProvider';

/** @throws Error with a sentence for the user in the place of each error */
export async function withReadableErrors<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new Error(faultText(error), { cause: error });
  }
}

export function faultText(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  const [text = ''] = errorText(error).split('\n');
  if (code === 'ERR_CHECKSUM_MISMATCH') {
    return 'The downloaded file does not have the checksum that it should have, so it was deleted. Try again later.';
  }
  if (code === 'ERR_UPDATER_INVALID_SIGNATURE') {
    return 'The downloaded file is not signed by the makers of this program, so it was deleted.';
  }
  if (isMissing(error)) return 'The address for updates has none for this system.';
  if (status !== undefined) return `The address for updates has answered with an error (HTTP ${status}).`;
  if (code === 'ENOSPC') return 'There is no space left on the disk for the update.';
  if (text.startsWith('net::')) {
    return `The address for updates cannot be reached (${text.replace(/^net::/, '')}).`;
  }
  return text;
}
