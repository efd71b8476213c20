/** The state of an update in a sentence. */
import type { UpdateState } from '../../../app/shared/contract';
import { plural } from '../../ui/format';

/** '' where there is nothing to say. */
export function updateText({ phase, version, progress, answering, checkedAt }: UpdateState): string {
  switch (phase) {
    case 'off':
      return '';
    case 'idle':
      return checkedAt === null ? '' : 'This is the newest version.';
    case 'checking':
      return 'Looking for a later version…';
    case 'available':
      return `Version ${version} is there.`;
    case 'downloading':
      return `Version ${version} is downloaded: ${Math.floor((progress ?? 0) * 100)} %.`;
    case 'ready':
      return `Version ${version} is downloaded. To install it, Claudacity starts anew; running answers end first.`;
    case 'waiting':
      return `Version ${version} is installed once ${plural(Math.max(1, answering), 'running answer')} ${answering > 1 ? 'have' : 'has'} ended.`;
    case 'installing':
      return `Version ${version} is being installed. Claudacity starts again by itself.`;
  }
}
