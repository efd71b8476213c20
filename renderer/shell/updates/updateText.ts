/** The state of an update in a sentence. */
import type { UpdateState } from '../../../app/shared/contract';
import { plural } from '../../ui/format';

/** '' where there is nothing to say. */
export function updateText({ phase, version, installed, progress, answering, checkedAt }: UpdateState): string {
  switch (phase) {
    case 'off':
      return '';
    case 'idle':
      return checkedAt === null ? '' : 'This is the newest version.';
    case 'checking':
      return 'Looking for a later version…';
    case 'available':
      return `Version ${version} is available.`;
    case 'downloading':
      return `Downloading version ${version}: ${Math.floor((progress ?? 0) * 100)} %.`;
    case 'ready':
      return installed
        ? `Version ${version} is installed. Restart Claudacity to use it; running answers finish first.`
        : `Version ${version} is downloaded. Installing it restarts Claudacity; running answers finish first.`;
    case 'waiting':
      return `${installed ? 'Restarting' : 'Installing'} as soon as ${answering > 1 ? `${plural(answering, 'running answer')} have` : 'the running answer has'} finished.`;
    case 'installing':
      return installed
        ? `Restarting with version ${version}.`
        : `Installing version ${version}. Claudacity restarts by itself.`;
  }
}
