/**
 * Learns the rows that the CLI puts behind the first question of a conversation in its own session files. It runs the CLI for one question,
 * with an API of the app's own, no sign-in and an empty home, and reads the file that the CLI has written.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { withoutConnection } from '../installation/inheritedVariables';
import { startLoopbackApi } from '../loopback/loopbackApi';
import type { ClaudeProcess, StartOptions } from '../process/claudeProcess';

/** A row of a session file that is no message of the user's or the model's. Fields that are not listed are not copied. */
export const SessionRow = z.object({
  attachment: z.looseObject({ type: z.string() }),
  /** The text for the model, and the role of its message. Absent where the model sees nothing of the row. */
  rendered: z.unknown().optional(),
  renderedRole: z.string().optional(),
});
export type SessionRow = z.infer<typeof SessionRow>;

/** Starts a process as for a request, but with these options. */
export type StartLearner = (options: Pick<StartOptions, 'storesSession' | 'env'>) => ClaudeProcess;

/** A copy of the system prompt, which may differ from one conversation to another. */
const PROMPT_ROW = 'prompt_snapshot';
const DEADLINE_MS = 60_000;
/** Below the processes that answer requests. Windows and Linux understand the same number. */
const PRIORITY = os.constants.priority.PRIORITY_BELOW_NORMAL;

/**
 * @param env the environment of the app's processes.
 * @param model its full name.
 * @param signal ends the process.
 * @throws Error where the CLI does not answer, or writes no file that can be read.
 */
export async function learnRows(
  start: StartLearner,
  env: NodeJS.ProcessEnv,
  model: string,
  signal: AbortSignal,
): Promise<readonly SessionRow[]> {
  const api = await startLoopbackApi();
  const home = await mkdtemp(path.join(os.tmpdir(), 'claudacity-'));
  try {
    const process = start({ storesSession: true, env: learnerEnvironment(env, home, api.url) });
    lowerPriority(process.pid);
    const ended = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]);
    try {
      await process.initialize('', {}, ended);
      await process.setModel(model, ended);
      for await (const _ of process.runTurn([{ type: 'text', text: 'Hello' }], ended));
      ended.throwIfAborted();
    } finally {
      await process.close();
    }
    const answered = api.requests.at(-1)?.model;
    if (!answered || !model.startsWith(answered)) throw new Error(`the CLI asked ${answered} instead of ${model}`);
    return await readRows(home);
  } finally {
    await api.close();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The environment of the app's processes, but with nothing that leads to an account or away from this computer. */
function learnerEnvironment(env: NodeJS.ProcessEnv, home: string, url: string): NodeJS.ProcessEnv {
  return {
    ...withoutConnection(env),
    ...{ HOME: home, USERPROFILE: home },
    ...{ ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: 'sk-ant-none', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' },
  };
}

function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) os.setPriority(pid, PRIORITY);
  } catch {
    // It has ended, or the system does not allow it.
  }
}

const Line = z.looseObject({ type: z.string() });

/** @throws Error where the home has no session with an answer. */
async function readRows(home: string): Promise<readonly SessionRow[]> {
  const folder = path.join(home, '.claude', 'projects');
  const names = await readdir(folder, { recursive: true });
  const file = names.find((name) => name.endsWith('.jsonl'));
  if (file === undefined) throw new Error('the CLI stored no session');
  const text = await readFile(path.join(folder, file), 'utf8');
  const lines = text
    .trim()
    .split('\n')
    .map((line) => Line.parse(JSON.parse(line)));
  const answer = lines.findIndex(({ type }) => type === 'assistant');
  if (answer === -1) throw new Error('the session that the CLI stored has no answer');
  return lines
    .slice(0, answer)
    .filter(({ type }) => type === 'attachment')
    .map((line) => SessionRow.parse(line))
    .filter(({ attachment }) => attachment.type !== PROMPT_ROW);
}
