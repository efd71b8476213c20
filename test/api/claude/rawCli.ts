/**
 * Runs the CLI without this app's code for its protocol: tests write and read its lines themselves. So a test that proves a
 * statement of context/CLAUDE_PROTOCOL.md cannot depend on how the app reads the lines.
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

const ControlResponse = z.looseObject({
  type: z.literal('control_response'),
  response: z.looseObject({
    subtype: z.string(),
    request_id: z.string(),
    error: z.string().optional(),
    response: z.unknown().optional(),
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
  /** Whether the user's own files and tools are withheld from the CLI. Default true. */
  isolated?: boolean;
  /** Whether it gets the arguments for several conversations. Default false. */
  reusable?: boolean;
  env?: Readonly<Record<string, string>>;
  /** The working folder. Default: an empty one. */
  cwd?: string;
  home?: string;
  /** A history with which the CLI is started. */
  session?: ResumedSession;
  /** Whether the process keeps running after `endTest`. Default false. */
  shared?: boolean;
}

export interface RawCli {
  readonly pid: number;
  /** All lines that it has written, in order. */
  readonly lines: readonly Line[];
  send(message: Record<string, unknown>): void;
  /** Sends a control request and resolves with the payload of the response. Rejects where the response is an error. */
  request(request: Record<string, unknown>): Promise<unknown>;
  /** Sends a user message with `client_composed` and resolves with the turn's result. @param fields other fields of the line. */
  ask(content: unknown, fields?: Readonly<Record<string, unknown>>): Promise<Result>;
  /** Appends a question and its answer to the transcript without asking the model. */
  replay(question: unknown, answer: readonly Record<string, unknown>[]): Promise<void>;
  /** Resolves with the first line from index `from` on that matches. Rejects where the CLI ends without one. */
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
  /** Starts a CLI. Without options, returns one that was started before. */
  start(options?: RawCliOptions): RawCli;
  /** Ends the processes of a test, and clears the mock API's answers and requests. */
  endTest(): Promise<void>;
  /** Ends every process. @throws Error where one is left. */
  stop(): Promise<void>;
}

/** A mocked Messages API, a scratch home, and any number of CLIs that use them. */
export async function startRawCliTest(): Promise<RawCliTest> {
  const api = await startMessagesApi();
  const home = await scratchFolder();
  const cwd = path.join(home, 'workspace');
  await mkdir(cwd);
  const shared: RawCli[] = [];
  const ownedByTest: RawCli[] = [];
  /** A process for the next `start` without options, which saves that test the time to start it. */
  let spare: RawCli | undefined;

  const launch = (options: RawCliOptions = {}) => {
    const env = { ...cliEnvironment(api, options.home ?? home, options.account), ...options.env };
    const kind = { isolated: options.isolated ?? true, reusable: options.reusable, session: options.session };
    return startRawCli(claudeArguments(kind), options.cwd ?? cwd, env);
  };
  const endTest = async () => {
    api.reset();
    await Promise.all(ownedByTest.splice(0).map((cli) => cli.kill()));
  };

  return {
    api,
    home,
    cwd,
    endTest,
    start: (options) => {
      const cli = (options === undefined ? spare : undefined) ?? launch(options);
      if (options === undefined) spare = launch();
      (options?.shared ? shared : ownedByTest).push(cli);
      return cli;
    },
    stop: async () => {
      await endTest();
      await Promise.all([...shared, ...(spare ? [spare] : [])].map((cli) => cli.kill()));
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
  /** Called after each line, and at the end. */
  const listeners = new Set<() => void>();
  let stderr = '';
  let ended = false;
  let requestCount = 0;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.on('error', () => {});
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(Line.parse(JSON.parse(line)));
    for (const listener of listeners) listener();
  });
  const exited = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      ended = true;
      for (const listener of listeners) listener();
      resolve(code);
    });
  });

  const line: RawCli['line'] = (matches, from = 0) =>
    new Promise((resolve, reject) => {
      const findLine = () => {
        const found = lines.slice(from).find(matches);
        if (found === undefined && !ended) return;
        listeners.delete(findLine);
        if (found) resolve(found);
        else reject(new Error(`the CLI ended: ${stderr}`));
      };
      listeners.add(findLine);
      findLine();
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
      requestCount += 1;
      const request_id = `test${requestCount}`;
      send({ type: 'control_request', request_id, request });
      const isResponse = (candidate: Line) =>
        ControlResponse.safeParse(candidate).data?.response.request_id === request_id;
      const { response } = ControlResponse.parse(await line(isResponse));
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
