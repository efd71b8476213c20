/** Counts the lines of the CLI's output that are none of its messages, and reports the first one of each process. */

export interface NoiseCounter {
  /** The lines of all processes so far. */
  readonly count: number;
  /** Returns the function to call with each such line of one process. */
  forProcess(): (line: string) => void;
}

/** @param onWarning called with a message for the log, once for each process. */
export function createNoiseCounter(onWarning: (message: string) => void): NoiseCounter {
  let count = 0;
  return {
    get count() {
      return count;
    },
    forProcess: () => {
      let isFirst = true;
      return (line) => {
        count += 1;
        if (!isFirst) return;
        isFirst = false;
        // The log quotes little of the line, which may be part of a prompt.
        const beginning = JSON.stringify(line.slice(0, 20));
        onWarning(
          `a claude process writes lines to its output that are none of its messages; they are skipped: ${beginning}…`,
        );
      };
    },
  };
}
