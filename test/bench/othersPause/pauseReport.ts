/** Formats the pauses as a table with the promised bounds beside them. */
import { table } from '../table';
import { type PauseRow, PIECE_MS, PROMISED } from './othersPause';

export function pausesAsText(rows: readonly PauseRow[]): string {
  const lines = rows.map((row) => {
    const { title, path, bytes, answer, gapMs, peakBytes } = row;
    return [
      title,
      path,
      bytes === 0 ? '' : `${megabytes(bytes)} MB`,
      `${gapMs.toFixed(0)} ms`,
      answer === null ? '' : `${answer.answerMs.toFixed(0)} ms`,
      answer === null ? '' : String(answer.status),
      peakBytes === null ? '' : `${megabytes(peakBytes)} MB`,
      exceeded(row).join(', ') || 'pass',
    ];
  });
  const { pauseMs, answerMs, peakBytes } = PROMISED;
  return [
    `Others' pause: the longest gap of a stream with a piece every ${PIECE_MS} ms, while one client sends the request.`,
    `Promised: at most ${PIECE_MS} + ${pauseMs} ms, an answer within ${answerMs} ms, at most ${megabytes(peakBytes)} MB.`,
    '',
    ...table([['', 'path', 'body', 'gap', 'answered', 'status', 'peak', ''], ...lines]),
    '',
  ].join('\n');
}

/** What exceeds a promised bound. */
export function exceeded({ gapMs, answer, peakBytes }: PauseRow): string[] {
  return [
    ...(gapMs > PIECE_MS + PROMISED.pauseMs ? ['gap over'] : []),
    ...(answer !== null && answer.answerMs > PROMISED.answerMs ? ['answer over'] : []),
    ...(peakBytes !== null && peakBytes > PROMISED.peakBytes ? ['memory over'] : []),
  ];
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0);
}
