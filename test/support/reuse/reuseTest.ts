/** Processes of the real CLI that serve one conversation after another, in front of a mock of the Messages API. */
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { childEnvironment } from '../../../app/claude/installation/environment';
import { type ClaudeProcess, type StartOptions, startClaude } from '../../../app/claude/process/claudeProcess';
import { claudePath, cliEnvironment, leftoverProcesses, removeFolder, scratchFolder } from '../cli';
import { type MessagesApi, type MessagesApiOptions, startMessagesApi } from '../messagesApi';
import { answerByDirective } from './answers';
import { comparable, type SentRequest } from './sentRequests';
import { ask } from './turns';

export interface ReuseTest {
  readonly api: MessagesApi;
  readonly home: string;
  /** Starts a process that can be emptied. */
  start(options?: Partial<StartOptions> & { readonly command?: string }): ClaudeProcess;
  /** Returns the requests that the API gets meanwhile, as two processes must send them. */
  requestsDuring(run: () => Promise<unknown>): Promise<SentRequest[]>;
  /** Returns the requests of a conversation in a new process, which is ended. */
  freshRequests(run: (process: ClaudeProcess) => Promise<unknown>): Promise<SentRequest[]>;
  /** Ends every process. @throws Error where one is left. */
  stop(): Promise<void>;
}

const ATTEMPTS = 5;

/**
 * The CLI sends an id of the computer, which it writes into the home when it exits: until then, each process has another one. On a busy machine
 * it may exit before it has written it.
 */
async function createDeviceId(env: NodeJS.ProcessEnv, cwd: string, home: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const first = startClaude(claudePath(), { cwd, env, isolated: true });
    await first.initialize('');
    await ask(first, 'hello');
    await first.close(20_000);
    const stored = await readFile(path.join(home, '.claude.json'), 'utf8').catch(() => '');
    if (stored.includes('"userID"')) return;
  }
  throw new Error(`the CLI has not stored its id of the computer in ${ATTEMPTS} runs`);
}

/** The API chooses its answers with `answerByDirective`. */
export async function startReuseTest(options: MessagesApiOptions = {}): Promise<ReuseTest> {
  const api = await startMessagesApi(options);
  api.chooseAnswer(answerByDirective);
  const home = await scratchFolder();
  const cwd = path.join(home, 'workspace');
  await mkdir(cwd);
  const env = childEnvironment(cliEnvironment(api, home), { ownPorts: [] });
  const started: ClaudeProcess[] = [];
  await createDeviceId(env, cwd, home);

  const start: ReuseTest['start'] = ({ command = claudePath(), ...rest } = {}) => {
    const process = startClaude(command, { cwd, env, isolated: true, reusable: true, ...rest });
    started.push(process);
    return process;
  };
  const requestsDuring: ReuseTest['requestsDuring'] = async (run) => {
    const from = api.requests.length;
    await run();
    return api.requests.slice(from).map(comparable);
  };

  return {
    api,
    home,
    start,
    requestsDuring,
    freshRequests: async (run) => {
      const process = start();
      const requests = await requestsDuring(() => run(process));
      process.kill();
      await process.exited;
      return requests;
    },
    stop: async () => {
      for (const process of started) process.kill();
      await Promise.all(started.map(({ exited }) => exited));
      await api.close();
      const left = await leftoverProcesses(home);
      await removeFolder(home);
      if (left.length > 0) throw new Error(`left running: ${JSON.stringify(left)}`);
    },
  };
}
