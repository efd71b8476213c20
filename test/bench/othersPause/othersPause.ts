/** Measures for how long other clients wait while one client sends hostile requests: the longest gap in a stream of a piece every 40 ms. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startAppProcess } from '../../soak/appProcess';
import { removeFolder, scratchFolder } from '../../support/cli';
import { pause, startMessagesApi, text } from '../../support/messagesApi';
import { peakMemory, resetPeak } from './appMemory';
import { HOSTILE_BODIES, type HostileBody, LARGE_REQUESTS, QUICK_QUESTION } from './hostileBodies';
import { type HostileAnswer, sendHostile } from './hostileSender';
import { openStream } from './streamGaps';

/** What was measured while one hostile request was answered. */
export interface PauseRow {
  readonly title: string;
  /** Of the hostile request's body. */
  readonly bytes: number;
  readonly path: string;
  readonly answer: HostileAnswer | null;
  /** The longest gap of the stream, in ms. Without a pause it is a little above 40. */
  readonly gapMs: number;
  /** Peak resident memory of the app, in bytes; null where the system does not tell. */
  readonly peakBytes: number | null;
}

/** What is promised, in the units of `PauseRow`. */
export const PROMISED = { pauseMs: 50, answerMs: 2_000, peakBytes: 500 * 1024 * 1024 } as const;

/** The time between two pieces of the stream. */
export const PIECE_MS = 40;

const QUIET_MS = 3_000;
const STREAM_PIECES = 15_000;

/** Starts the app in a process of its own, and measures one hostile body after the other. */
export async function measureOthersPause(
  progress: (line: string) => void,
  bodies: readonly HostileBody[] = [...HOSTILE_BODIES, ...LARGE_REQUESTS],
): Promise<PauseRow[]> {
  // To parse a large body would delay the stream that is measured.
  const api = await startMessagesApi({ ignoredAbove: 1024 * 1024 });
  const home = await scratchFolder();
  const app = await startAppProcess(api, home, { settings: { maxProcesses: 4 } });
  const rows: PauseRow[] = [];
  try {
    const slowly = Array.from({ length: STREAM_PIECES }, () => [text('one more '), pause(PIECE_MS)]).flat();
    api.setDefaultAnswer(...slowly);
    api.chooseAnswer(({ body }) => {
      const isQuick = body.messages.length === 0 || JSON.stringify(body.messages).includes(QUICK_QUESTION);
      return isQuick ? [text('OK')] : undefined;
    });
    let stream = await openStream(app.url, 'sonnet');
    progress('Others’ pause: at rest');
    await sleep(QUIET_MS);
    stream.longest();
    await sleep(QUIET_MS);
    const atRest = { title: 'at rest', bytes: 0, path: '', answer: null };
    rows.push({ ...atRest, gapMs: stream.longest(), peakBytes: peakMemory(app.pid) });
    for (const body of bodies) {
      progress(`Others’ pause: ${body.title}`);
      resetPeak(app.pid);
      stream.longest();
      const answer = await sendHostile(app.url, body);
      await sleep(500);
      const { title, bytes, path } = body;
      let gapMs = Number.POSITIVE_INFINITY;
      try {
        gapMs = stream.longest();
      } catch {
        await app.waitUntilUp();
        stream = await openStream(app.url, 'sonnet');
      }
      rows.push({ title, bytes, path, answer, gapMs, peakBytes: peakMemory(app.pid) });
      await sleep(1_000);
    }
    stream.end();
    return rows;
  } finally {
    await app.stop();
    await api.close();
    await removeFolder(home);
  }
}
