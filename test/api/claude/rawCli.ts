/**
 * The CLI with nothing of this app in front of it: lines in, lines out. What context/CLAUDE_PROTOCOL.md says is shown
 * with it, so that a statement about the CLI cannot be true only of our reading of it.
 */
import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { claudeArguments, type ResumedSession } from '../../../app/claude/process/arguments';
import {
  type Account,
  claudePath,
  cliEnvironment,
  leftoverProcesses,
  removeFolder,
  scratchFolder,
} from '../../support/cli';
import { type MessagesApi, startMessagesApi } from '../../support/messagesApi';

const Line = z.looseObject({ type: z.string(), subtype: z.string().optional() });
export type Line = z.infer<typeof Line>;

const Answer = z.looseObject({
  type: z.literal('control_response'),
  response: z.looseObject({
    subtype: z.string(),
    request_id: z.string(),
    error: z.string().optional(),
    response: z.unknown(),
  }),
});

const Result = z.looseObject({
  type: z.literal('result'),
  subtype: z.string(),
  is_error: z.boolean(),
  result: z.string().optional(),
  total_cost_usd: z.number(),
  terminal_reason: z.string().nullish(),
  api_error_status: z.number().nullish(),
});
export type Result = z.infer<typeof Result>;

export interface RawCliOptions {
  account?: Account;
  /** Whether the user's own files and tools are withheld. Default true. */
  isolated?: boolean;
  env?: Readonly<Record<string, string>>;
  /** The working folder; default an empty one. */
  cwd?: string;
  home?: string;
  /** A history to begin with. */
  resumed?: ResumedSession;
  /** Whether it outlives `tidy`. Default false. */
  kept?: boolean;
}

export interface RawCli {
  readonly pid: number;
  /** All that it has said, in order. */
  readonly lines: readonly Line[];
  send(message: Record<string, unknown>): void;
  /** Asks, and resolves with the answer's payload. Rejects where the CLI refuses. */
  request(request: Record<string, unknown>): Promise<unknown>;
  /** Sends a user turn with `client_composed` and resolves with its result. */
  ask(content: unknown, fields?: Readonly<Record<string, unknown>>): Promise<Result>;
  /** Appends an exchange that is over. */
  replay(question: unknown, answer: readonly Record<string, unknown>[]): Promise<void>;
  /** The first line after `from` that matches. Rejects where the CLI ends without it. */
  line(matches: (line: Line) => boolean, from?: number): Promise<Line>;
  /** Closes stdin and resolves with the exit code. */
  end(): Promise<number | null>;
  kill(): Promise<void>;
  readonly exited: Promise<number | null>;
  readonly stderr: string;
}

export interface RawCliTest {
  readonly api: MessagesApi;
  readonly home: string;
  /** An empty folder in `home`. */
  readonly cwd: string;
  /** Without options, one that was started ahead. */
  start(options?: RawCliOptions): RawCli;
  /** Forgets what the API was asked, and ends the processes of the test that is over. */
  tidy(): Promise<void>;
  /** Ends every process. @throws where one is left. */
  stop(): Promise<void>;
}

/** A mocked Messages API, a scratch home, and any number of CLIs that use them. */
export async function startRawCliTest(): Promise<RawCliTest> {
  const api = await startMessagesApi();
  const home = await scratchFolder();
  const cwd = path.join(home, 'workspace');
  await mkdir(cwd);
  const kept: RawCli[] = [];
  const ofTest: RawCli[] = [];
  let ahead: RawCli | undefined;

  const launch = (options: RawCliOptions = {}) => {
    const env = { ...cliEnvironment(api, options.home ?? home, options.account), ...options.env };
    return startRawCli(claudeArguments(options.isolated ?? true, options.resumed), options.cwd ?? cwd, env);
  };
  const tidy = async () => {
    api.reset();
    await Promise.all(ofTest.splice(0).map((cli) => cli.kill()));
  };

  return {
    api,
    home,
    cwd,
    tidy,
    start: (options) => {
      const cli = (options === undefined ? ahead : undefined) ?? launch(options);
      if (options === undefined) ahead = launch();
      (options?.kept ? kept : ofTest).push(cli);
      return cli;
    },
    stop: async () => {
      await tidy();
      await Promise.all([...kept, ...(ahead ? [ahead] : [])].map((cli) => cli.kill()));
      await api.close();
      const left = await leftoverProcesses(home);
      await removeFolder(home);
      if (left.length > 0) throw new Error(`left running: ${JSON.stringify(left)}`);
    },
  };
}

function startRawCli(args: readonly string[], cwd: string, env: Record<string, string>): RawCli {
  const child = spawn(claudePath(), args, { cwd, env, stdio: 'pipe' });
  const lines: Line[] = [];
  const watchers = new Set<() => void>();
  let stderr = '';
  let gone = false;
  let asked = 0;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.on('error', () => {});
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(Line.parse(JSON.parse(line)));
    for (const look of watchers) look();
  });
  const exited = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      gone = true;
      for (const look of watchers) look();
      resolve(code);
    });
  });

  const line: RawCli['line'] = (matches, from = 0) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = lines.slice(from).find(matches);
        if (found === undefined && !gone) return;
        watchers.delete(look);
        if (found) resolve(found);
        else reject(new Error(`the CLI ended: ${stderr}`));
      };
      watchers.add(look);
      look();
    });
  const send: RawCli['send'] = (message) => void child.stdin.write(`${JSON.stringify(message)}\n`);
  const ask: RawCli['ask'] = async (content, fields = {}) => {
    const from = lines.length;
    send({ type: 'user', message: { role: 'user', content }, client_composed: true, ...fields });
    return Result.parse(await line(({ type }) => type === 'result', from));
  };

  return {
    pid: child.pid ?? 0,
    lines,
    send,
    ask,
    line,
    exited,
    get stderr() {
      return stderr;
    },
    request: async (request) => {
      asked += 1;
      const request_id = `test${asked}`;
      send({ type: 'control_request', request_id, request });
      const mine = (candidate: Line) => Answer.safeParse(candidate).data?.response.request_id === request_id;
      const { response } = Answer.parse(await line(mine));
      if (response.subtype !== 'success') throw new Error(response.error);
      return response.response;
    },
    replay: async (question, answer) => {
      await ask(question, { shouldQuery: false });
      send({ type: 'assistant', message: { role: 'assistant', content: answer } });
    },
    end: () => {
      child.stdin.end();
      return exited;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
