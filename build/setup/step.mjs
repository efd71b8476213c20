/**
 * What the commands of this repository print while they prepare something: each step by name, a sign of life when it is
 * slow, and what to do when it fails. On stderr, so that a command's own output stays clean.
 */

/** A failure that the person at the terminal can act on: printed as two lines, without a stack. */
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
 * Runs one named step. After two seconds it shows how long it has been at it, with the last note, until it ends.
 * @template T
 * @param {string} name
 * @param {(note: (text: string) => void) => Promise<T> | T} work gets a function to say how far it is
 * @returns {Promise<T>} what `work` gave; its error passes through, after the step was marked as failed
 */
export async function step(name, work) {
  const started = Date.now();
  const live = process.stderr.isTTY;
  let latest = '';
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
  const show = () => {
    const line = `  … ${name}: ${latest ? `${latest}, ` : ''}${seconds()}`;
    process.stderr.write(live ? `\r\x1b[K${line}` : `${line}\n`);
  };
  /** @type {NodeJS.Timeout | undefined} */
  let ticking;
  const slow = setTimeout(() => {
    show();
    ticking = setInterval(show, live ? 1000 : 10_000);
  }, 2000);
  const end = (/** @type {string} */ mark) => {
    clearTimeout(slow);
    clearInterval(ticking);
    const took = Date.now() - started < 1000 ? '' : ` (${seconds()})`;
    process.stderr.write(`${live ? '\r\x1b[K' : ''}${mark} ${name}${took}\n`);
  };
  try {
    const result = await work((text) => {
      latest = text;
    });
    end('✓');
    return result;
  } catch (error) {
    end('✗');
    throw error;
  }
}

/** Prints one line beside the steps. @param {string} text */
export function say(text) {
  process.stderr.write(`  ${text}\n`);
}

/**
 * Runs a command's main function; a Problem becomes two readable lines and exit code 1.
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
