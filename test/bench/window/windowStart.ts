/** How long it takes until the window is there, and the server: the app's beside a bare Electron window's, in alternating rounds. */
import path from 'node:path';
import { removeFolder, scratchFolder } from '../../support/cli';
import { storeSelfTest } from '../../support/knownSelfTest';
import { type MessagesApi, startMessagesApi } from '../../support/messagesApi';
import { summarize } from '../summary';
import { table } from '../table';
import { BARE_WINDOW, electronEnvironment, startElectron } from './electronRun';

/** Ms from the start of the process, one value for each round. */
export interface StartTimes {
  readonly bareShown: number[];
  readonly bareDrawn: number[];
  readonly appListening: number[];
  readonly appShown: number[];
  readonly appDrawn: number[];
}

/** The app's window is to be there within this multiple of the bare window's time. */
const LIMIT = 1.4;

export async function measureStart(rounds: number, progress: (line: string) => void): Promise<StartTimes> {
  const times: StartTimes = { bareShown: [], bareDrawn: [], appListening: [], appShown: [], appDrawn: [] };
  const api = await startMessagesApi();
  // Both keep their folders, as programs do that were started before.
  const home = await scratchFolder();
  try {
    await storeSelfTest(path.join(home, 'data', 'selfTest.json'));
    for (let round = 0; round <= rounds; round++) {
      const bare = await startOnce(BARE_WINDOW, api, home);
      const app = await startOnce(path.resolve('.'), api, home);
      progress(`round ${round} of ${rounds}: bare ${bare.shown} ms, app ${app.shown} ms`);
      // The first round fills the caches of both.
      if (round === 0) continue;
      times.bareShown.push(bare.shown);
      times.bareDrawn.push(bare.drawn);
      times.appListening.push(app.listening);
      times.appShown.push(app.shown);
      times.appDrawn.push(app.drawn);
    }
  } finally {
    await removeFolder(home);
    await api.close();
  }
  return times;
}

async function startOnce(program: string, api: MessagesApi, home: string) {
  const run = startElectron(program, electronEnvironment(api, home));
  try {
    return await run.events(program === BARE_WINDOW ? ['shown', 'drawn'] : ['listening', 'shown', 'drawn']);
  } finally {
    await run.stop();
  }
}

export function startAsText(times: StartTimes): string {
  const median = (samples: readonly number[]) => summarize(samples).median;
  const row = (name: string, samples: readonly number[], bare: readonly number[] | null) => {
    const ratio = bare === null ? '' : `${(median(samples) / median(bare)).toFixed(2)} x bare`;
    return [name, `${median(samples).toFixed(0)} ms`, ratio];
  };
  const early = times.appListening.filter((at, round) => at < (times.appShown[round] ?? 0)).length;
  return [
    'Start of the window',
    ...table([
      row('bare window shown', times.bareShown, null),
      row('bare page drawn', times.bareDrawn, null),
      row('server listens', times.appListening, null),
      row('window shown', times.appShown, times.bareShown),
      row('page drawn', times.appDrawn, times.bareDrawn),
    ]),
    `promised: window shown at most ${LIMIT} x bare; the server before the window: ${early} of ${times.appShown.length}`,
  ].join('\n');
}
