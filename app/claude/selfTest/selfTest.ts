/**
 * Tests whether this version of the CLI can serve one conversation after another in the same process (context/CLAUDE_PROTOCOL.md,
 * "Reuse"). The real CLI holds two scripted conversations in one process and the second one again in a new process, in front of an API
 * on loopback. Both processes must send the same for the second conversation, byte for byte, and nothing of the first one.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { errorText } from '../../shared/errorText';
import type { CacheBreakpoints } from '../cacheBreakpoints';
import { withoutConnection } from '../installation/inheritedVariables';
import { type LoopbackApi, startLoopbackApi } from '../loopback/loopbackApi';
import { type ClaudeProcess, startClaude } from '../process/claudeProcess';
import type { Deadlines } from '../process/deadlines/deadlines';
import { firstDifference, textsAsBlocks } from './compareRequests';
import { answerTo, asIfNotTakenBack, FIRST_WORD, hasChangedSystem, holdFirst, holdSecond } from './conversations';

export interface SelfTestOptions {
  /** The CLI's path. */
  readonly command: string;
  /** The environment that the app gives to its other processes. */
  readonly env: NodeJS.ProcessEnv;
  /** How long the test may take, in ms. */
  readonly limitMs: number;
  readonly deadlines: Deadlines;
  /** Ends the test at once. */
  readonly signal: AbortSignal;
  /** Called when a process has been started, and when it has ended. */
  onProcess(pid: number, isRunning: boolean): void;
}

export type SelfTestVerdict =
  /** `appendsTexts`: whether texts of a history may be appended without turns. */
  | { readonly passed: true; readonly appendsTexts: boolean }
  /** `reason` completes the sentence "the self-test failed: …". */
  | { readonly passed: false; readonly reason: string };

/**
 * Takes about two seconds, and twice as long where texts cannot be appended without turns. Afterwards its processes have ended and its files are removed.
 * @throws the signal's reason where it is aborted. Every other fault is a verdict.
 */
export async function runSelfTest(options: SelfTestOptions): Promise<SelfTestVerdict> {
  const stop = new AbortController();
  const onAbort = () => stop.abort(options.signal.reason);
  options.signal.addEventListener('abort', onAbort, { once: true });
  const late = new Error(`it took longer than ${options.limitMs / 1_000} s`);
  const timer = setTimeout(() => stop.abort(late), options.limitMs);
  try {
    options.signal.throwIfAborted();
    const test = { ...options, signal: stop.signal };
    if ((await faultOf(test, true)) === undefined) return { passed: true, appendsTexts: true };
    const reason = await faultOf(test, false);
    return reason === undefined ? { passed: true, appendsTexts: false } : { passed: false, reason };
  } catch (error) {
    options.signal.throwIfAborted();
    return { passed: false, reason: errorText(stop.signal.aborted ? late : error) };
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', onAbort);
  }
}

/**
 * Resolves to what is wrong; undefined where nothing is.
 * @param appendsTexts whether the process that is reused is sent texts of a history without turns. The other one never is.
 * @throws the signal's reason where it is aborted.
 */
async function faultOf(options: SelfTestOptions, appendsTexts: boolean): Promise<string | undefined> {
  try {
    return await inScratchFolder((folder) => findFault(options, appendsTexts, folder));
  } catch (error) {
    options.signal.throwIfAborted();
    return errorText(error);
  }
}

/** As `faultOf`, but throws where a step fails. */
async function findFault(options: SelfTestOptions, appendsTexts: boolean, folder: string): Promise<string | undefined> {
  const api = await startLoopbackApi({ chooseAnswer: answerTo });
  try {
    const env = await selfTestEnvironment(options.env, api, folder);
    const reused = await inProcess({ ...options, env, appendsTexts }, folder, async (process, signal) => {
      await holdFirst(process, signal);
      const first = takeTurns(api, 0);
      if (!hasChangedSystem(first.map(({ body }) => body)))
        throw new Error('a new system prompt did not reach the API');
      if (!(await process.reset())) throw new Error('a process could not be emptied');
      const begin = api.rawRequests.length;
      await holdSecond(process, true, signal);
      if (contains(api, begin, FIRST_WORD)) throw new Error('a conversation contained a text of the one before it');
      return takeTurns(api, begin);
    });
    const begin = api.rawRequests.length;
    await inProcess({ ...options, env }, folder, (process, signal) => holdSecond(process, false, signal));
    const fresh = takeTurns(api, begin);
    const takenBack = reused.at(-2);
    const last = fresh.at(-1);
    if (!takenBack || !last) return 'the CLI sent no requests';
    const expected = [...fresh.slice(0, -1), last, last];
    const actual = [
      ...reused.slice(0, -2),
      { ...takenBack, body: asIfNotTakenBack(takenBack.body) },
      ...reused.slice(-1),
    ].map((request) => ({ ...request, body: textsAsBlocks(request.body) }));
    const difference = firstDifference(actual, expected);
    return difference && `a process that was emptied ${difference}`;
  } finally {
    await api.close();
  }
}

const takeTurns = (api: LoopbackApi, begin: number) => api.rawRequests.slice(begin).filter(({ isTurn }) => isTurn);

function contains(api: LoopbackApi, begin: number, word: string): boolean {
  return JSON.stringify(api.rawRequests.slice(begin)).toLowerCase().includes(word);
}

/** A breakpoint behind each replayed history, as in the app's other processes. */
const BREAKPOINTS: CacheBreakpoints = { current: { type: 'ephemeral' }, recordMessage: () => false };

/** Runs the work with a process, and ends that. @throws what the work throws. */
async function inProcess<T>(
  {
    command,
    env,
    deadlines,
    signal,
    onProcess,
    appendsTexts = false,
  }: SelfTestOptions & { readonly appendsTexts?: boolean },
  folder: string,
  work: (process: ClaudeProcess, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const kind = { isolated: true, reusable: true, appendsTexts };
  const process = startClaude(command, { cwd: folder, env, ...kind, deadlines, cacheBreakpoints: BREAKPOINTS });
  const { pid } = process;
  if (pid !== undefined) {
    onProcess(pid, true);
    lowerPriority(pid);
  }
  signal.addEventListener('abort', process.kill, { once: true });
  try {
    return await work(process, signal);
  } finally {
    signal.removeEventListener('abort', process.kill);
    process.kill();
    await process.exited;
    if (pid !== undefined) onProcess(pid, false);
  }
}

/** Requests that are answered meanwhile come first. */
function lowerPriority(pid: number): void {
  try {
    os.setPriority(pid, os.constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // The process has ended, or the system does not allow it.
  }
}

async function inScratchFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'claudacity-self-test-'));
  try {
    return await work(folder);
  } finally {
    // A process that has just been killed may still hold files open, which Windows refuses to delete.
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }).catch(() => {});
  }
}

/** The environment of the app's processes with a home of its own, the API on loopback, and no sign-in of the user's. */
async function selfTestEnvironment(
  env: NodeJS.ProcessEnv,
  api: LoopbackApi,
  folder: string,
): Promise<NodeJS.ProcessEnv> {
  const home = path.join(folder, 'home');
  await mkdir(home);
  const homes = {
    HOME: home,
    USERPROFILE: home,
    APPDATA: home,
    LOCALAPPDATA: home,
    TMPDIR: home,
    TEMP: home,
    TMP: home,
  };
  return {
    ...withoutConnection(env),
    ...homes,
    ANTHROPIC_BASE_URL: api.url,
    ANTHROPIC_API_KEY: 'sk-ant-self-test',
    // Nothing but the API on loopback is to be reached.
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  };
}
