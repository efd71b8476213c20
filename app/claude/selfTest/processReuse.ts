/**
 * Whether a process may serve one conversation after another: the user wants it, the CLI is isolated, and the self-test has passed for the
 * program that is installed. Until then, each conversation has a process of its own.
 */
import { statSync } from 'node:fs';
import { errorText } from '../../shared/errorText';
import { isSupportedVersion } from '../installation/inspectClaude';
import type { ClaudeState } from '../installation/installation';
import type { SelfTestResults, TestedProgram } from './results';
import type { SelfTestVerdict } from './selfTest';

export interface ProcessReuseOptions {
  /** The CLI that is installed, as it was inspected last. */
  installed(): Pick<ClaudeState, 'path' | 'version'>;
  isWanted(): boolean;
  isIsolated(): boolean;
  readonly results: SelfTestResults;
  /** Runs the self-test. @throws the signal's reason where it is aborted. */
  test(path: string, version: string, signal: AbortSignal): Promise<SelfTestVerdict>;
  /** How long the test waits after the CLI has come up, in ms, so that it takes no time from the first requests. */
  readonly delayMs: number;
  /** Called when `allowed` has changed: spare processes were started under the old value. */
  onAllowedChange(): void;
  /** Called when a test has begun or ended. */
  onTest(): void;
  /** Called when the program file is another one than was inspected. */
  onReplaced(): void;
  /** Called with a message for the log. */
  onWarning(message: string): void;
}

export interface ProcessReuse {
  /** Whether a process that is started now may serve one conversation after another. */
  readonly allowed: boolean;
  /** Whether such a process may be sent texts of a history without a turn. */
  readonly appendsTexts: boolean;
  /** Which way is in use and why, for the user: `reused (self-test passed on 2.1.330)`. */
  readonly description: string;
  /** Has to be called when the installation was inspected. */
  inspected(): void;
  /** Has to be called when a process has come up. Tests the CLI where its result is needed and not known. */
  cameUp(): void;
  /** Has to be called when the settings may have changed. */
  settingsChanged(): void;
  /** Runs the self-test, also where its result is known. Resolves once it has ended; at once where no supported program was inspected. */
  testNow(): Promise<void>;
  /** Ends a test that is under way. Resolves when its processes have ended. */
  close(): Promise<void>;
}

interface InspectedProgram extends TestedProgram {
  readonly path: string;
}

export function createProcessReuse(options: ProcessReuseOptions): ProcessReuse {
  const { results, delayMs } = options;
  const closing = new AbortController();
  let inspected: InspectedProgram | undefined;
  let isUp = false;
  let testing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let wasAllowed = false;

  /** The program that was inspected, unless another one is in its place: an update may have replaced it. */
  const current = (): InspectedProgram | undefined => {
    if (!inspected || sizeOf(inspected.path) === inspected.size) return inspected;
    inspected = undefined;
    options.onReplaced();
    return undefined;
  };

  const isPossible = () => options.isWanted() && options.isIsolated();

  /** The verdict by which processes are reused; undefined where they are not. */
  const passedVerdict = () => {
    const program = isPossible() ? current() : undefined;
    const result = program && results.find(program);
    return result?.passed ? result : undefined;
  };

  const isAllowed = () => passedVerdict() !== undefined;

  const reportChange = () => {
    const allowed = isAllowed();
    if (allowed === wasAllowed) return;
    wasAllowed = allowed;
    options.onAllowedChange();
  };

  const test = async (program: InspectedProgram) => {
    try {
      const verdict = await options.test(program.path, program.version, closing.signal);
      // Otherwise the verdict may be that of another program.
      if (current() !== program) return;
      results.record(program, verdict);
      if (!verdict.passed)
        options.onWarning(`each conversation has a process of its own: the self-test failed: ${verdict.reason}`);
      else if (!verdict.appendsTexts)
        options.onWarning('histories are replayed turn by turn: the self-test failed with texts');
    } catch (error) {
      if (!closing.signal.aborted) options.onWarning(`the self-test could not be run: ${errorText(error)}`);
    }
  };

  const testIfNeeded = () => {
    clearTimeout(timer);
    if (!isUp || testing || closing.signal.aborted || !isPossible()) return;
    const program = current();
    if (!program || !isSupportedVersion(program.version) || results.find(program)) return;
    timer = setTimeout(() => begin(program), delayMs);
    timer.unref();
  };

  const begin = (program: InspectedProgram): Promise<void> => {
    testing ??= test(program).finally(() => {
      testing = undefined;
      reportChange();
      options.onTest();
    });
    options.onTest();
    return testing;
  };

  return {
    get allowed() {
      return isAllowed();
    },
    get appendsTexts() {
      return passedVerdict()?.appendsTexts === true;
    },
    get description() {
      if (!options.isWanted()) return 'one per conversation (off in the settings)';
      if (!options.isIsolated()) return 'one per conversation (the CLI is not isolated)';
      if (!inspected) return 'one per conversation (no claude was inspected yet)';
      const { version } = inspected;
      if (!isSupportedVersion(version)) return `one per conversation (claude ${version} is too old)`;
      const result = results.find(inspected);
      if (result?.passed) return `reused (self-test passed on ${version})`;
      if (result) return `one per conversation (the self-test failed on ${version}: ${result.reason})`;
      return `one per conversation (self-test ${testing ? 'running' : 'not run yet'})`;
    },
    inspected: () => {
      const { path, version } = options.installed();
      const size = path === undefined ? undefined : sizeOf(path);
      const isKnown = path !== undefined && version !== undefined && size !== undefined;
      if (isKnown && inspected?.path === path && inspected.version === version && inspected.size === size) return;
      inspected = isKnown ? { path, version, size } : undefined;
      isUp = false;
      clearTimeout(timer);
      reportChange();
    },
    cameUp: () => {
      if (isUp) return;
      isUp = true;
      testIfNeeded();
    },
    settingsChanged: () => {
      reportChange();
      testIfNeeded();
    },
    testNow: async () => {
      const program = current();
      if (program && isSupportedVersion(program.version) && !closing.signal.aborted) await begin(program);
    },
    close: async () => {
      clearTimeout(timer);
      closing.abort(new Error('the app is stopping'));
      await testing;
    },
  };
}

function sizeOf(file: string): number | undefined {
  try {
    return statSync(file).size;
  } catch {
    return undefined;
  }
}
