/** Processes of the CLI in front of a mocked API with a model of its prompt cache. */
import { createCacheBreakpoints } from '../../app/claude/cacheBreakpoints';
import { childEnvironment } from '../../app/claude/installation/environment';
import type { ResumedSession } from '../../app/claude/process/arguments';
import { type ClaudeProcess, type StartOptions, startClaude } from '../../app/claude/process/claudeProcess';
import type { ApiBlock, ApiMessage } from '../../app/claude/process/outgoingMessages';
import { type CacheModel, createCacheModel } from './cacheModel';
import { type Account, claudePath, cliEnvironment, removeFolder, scratchFolder } from './cli';
import { type MessagesApi, startMessagesApi } from './messagesApi';

const NEVER = new AbortController().signal;

export interface PromptCacheRig {
  readonly api: MessagesApi;
  readonly cache: CacheModel;
  readonly home: string;
  /** The environment of the processes. */
  env(account?: Account): NodeJS.ProcessEnv;
  /** Starts a process and begins a conversation without messages, or with those of the session. */
  start(options?: RigProcessOptions): Promise<RigProcess>;
  /** A process with these options alone, without a conversation. */
  launch(options: Partial<StartOptions>): ClaudeProcess;
  /** Ends the processes, and forgets the requests and the cache. */
  endTest(): Promise<void>;
  end(): Promise<void>;
}

export interface RigProcessOptions {
  account?: Account;
  isolated?: boolean;
  session?: ResumedSession;
  system?: string;
}

export interface RigProcess {
  readonly process: ClaudeProcess;
  readonly breakpoints: ReturnType<typeof createCacheBreakpoints>;
  /** What the app has written to its log about breakpoints. */
  readonly warnings: readonly string[];
  /** Asks a question and responds to the model's tool calls. Resolves at the end of the turn. */
  ask(content: ApiBlock[] | string): Promise<void>;
  replay(history: readonly ApiMessage[]): Promise<void>;
  /** Empties the process and begins another conversation of the same kind. */
  renew(): Promise<void>;
}

const TOOLS = ['weather', 'time'].map((name) => ({
  ...{ name, description: '', inputSchema: { type: 'object', properties: {} } },
}));

/** A text as the content of a message. */
export function words(content: string): ApiBlock[] {
  return [{ type: 'text', text: content }];
}

export async function startPromptCacheRig(): Promise<PromptCacheRig> {
  const home = await scratchFolder();
  const api = await startMessagesApi();
  const cache = createCacheModel();
  const started: ClaudeProcess[] = [];

  const env = (account?: Account) => childEnvironment(cliEnvironment(api, home, account), { ownPorts: [] });
  const launch: PromptCacheRig['launch'] = (options) => {
    const process = startClaude(claudePath(), { cwd: home, env: env(), isolated: true, reusable: true, ...options });
    started.push(process);
    return process;
  };

  const endTest = async () => {
    for (const process of started) process.kill();
    await Promise.all(started.splice(0).map(({ exited }) => exited));
    api.reset();
    cache.clear();
  };

  return {
    ...{ api, cache, home, env, launch, endTest },
    start: async ({ account = 'api-key', isolated = true, session, system = 'Be brief.' } = {}) => {
      const warnings: string[] = [];
      const breakpoints = createCacheBreakpoints({
        authMethod: () => (account === 'subscription' ? 'oauth_token' : 'api_key'),
        onWarning: (message) => warnings.push(message),
      });
      const kind = { env: env(account), isolated, reusable: isolated, appendsTexts: isolated, session };
      const process = launch({ ...kind, cacheBreakpoints: breakpoints });
      const begin = () => process.begin({ system, model: 'sonnet', setup: { tools: TOOLS } });
      await begin();
      return {
        ...{ process, breakpoints, warnings },
        ask: async (content) => {
          const question = typeof content === 'string' ? words(content) : content;
          for await (const event of process.runTurn(question, NEVER)) {
            if (event.type !== 'tool_call') continue;
            process.sendToolResult(event.id, { content: [{ type: 'text', text: 'rain' }], isError: false });
          }
        },
        replay: (history) => process.replay(history, NEVER),
        renew: async () => {
          if (!(await process.reset())) throw new Error('the process could not be emptied');
          await begin();
        },
      };
    },
    end: async () => {
      await endTest();
      await api.close();
      await removeFolder(home);
    },
  };
}
