/**
 * Progress output of the scripts in build/: the name of each step, its progress when it is slow, and what to do when it fails.
 * It goes to stderr, so that stdout contains only a command's result.
 */

/** An error that the user of the terminal can fix. `runCommand` prints its message and remedy without a stack trace. */
export class Problem extends Error {
  /**
   * @param {string} what what went wrong, in one sentence
   * @param {string} remedy what to do about it
   */
  constructor(what, remedy) {
    super(what);
    this.remedy = remedy;
  }
}

/**
 * Runs one step and prints its name with ✓ or ✗ at its end. After two seconds it also prints the elapsed time and the last note.
 * @template T
 * @param {string} name
 * @param {(note: (text: string) => void) => Promise<T> | T} work gets a function that sets the note
 * @returns {Promise<T>} the result of `work`
 * @throws the error of `work`
 */
export async function runStep(name, work) {
  const started = Date.now();
  const isTerminal = process.stderr.isTTY;
  let lastNote = '';
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
  const printProgress = () => {
    const line = `  … ${name}: ${lastNote ? `${lastNote}, ` : ''}${seconds()}`;
    process.stderr.write(isTerminal ? `\r\x1b[K${line}` : `${line}\n`);
  };
  /** @type {NodeJS.Timeout | undefined} */
  let interval;
  const timeout = setTimeout(() => {
    printProgress();
    interval = setInterval(printProgress, isTerminal ? 1000 : 10_000);
  }, 2000);
  const printResult = (/** @type {string} */ mark) => {
    clearTimeout(timeout);
    clearInterval(interval);
    const duration = Date.now() - started < 1000 ? '' : ` (${seconds()})`;
    process.stderr.write(`${isTerminal ? '\r\x1b[K' : ''}${mark} ${name}${duration}\n`);
  };
  try {
    const result = await work((text) => {
      lastNote = text;
    });
    printResult('✓');
    return result;
  } catch (error) {
    printResult('✗');
    throw error;
  }
}

/** Prints one indented line between the steps. @param {string} text */
export function printLine(text) {
  process.stderr.write(`  ${text}\n`);
}

/**
 * Runs a script's main function. A `Problem` is printed and sets exit code 1; other errors are thrown.
 * @param {() => Promise<void>} main
 */
export async function runCommand(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    process.stderr.write(`\n${error.message}\n${error.remedy}\n`);
    process.exitCode = 1;
  }
}
