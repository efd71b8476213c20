/** The chat layer with the real CLI and without the HTTP server, for tests of what all dialects share. */
import { setMaxListeners } from 'node:events';
import path from 'node:path';
import { createChat } from '../../app/chat/chat';
import { createLiveConversations } from '../../app/chat/conversation/liveConversations';
import type { ChatEvent } from '../../app/chat/events';
import type { ChatRequest } from '../../app/chat/request';
import type { Chat } from '../../app/chat/service';
import { type Claude, createClaude } from '../../app/claude/claude';
import { openConversationStore } from '../../app/store/conversationStore';
import { openDatabase } from '../../app/store/database';
import { type Account, claudePath, cliEnvironment, leftoverProcesses, removeFolder, scratchFolder } from './cli';
import { storeSelfTest } from './knownSelfTest';
import { type MessagesApi, startMessagesApi } from './messagesApi';
import { recordingLog } from './recordingLog';

const NEVER = new AbortController().signal;
setMaxListeners(0, NEVER);

/** The chat layer and the parts that it uses. */
export interface ChatRig {
  readonly api: MessagesApi;
  readonly chat: Chat;
  readonly claude: Claude;
  readonly home: string;
  /** Sends a request, to the model `sonnet` by default. Resolves with all events of the answer. */
  ask(request: Partial<ChatRequest>, signal?: AbortSignal): Promise<ChatEvent[]>;
  /** Stops everything and kills processes that are left over. @throws if there were any */
  end(): Promise<void>;
}

/** How the rig differs from the default one. */
export interface ChatRigOptions {
  account?: Account;
  /** Whether processes serve one conversation after another. Default false. */
  reuses?: boolean;
  /** The most CLI processes at a time. Default 8. */
  limit?: number;
  /** Path of the CLI. Default `claudePath()`; '' makes the app search for it. */
  cliPath?: string;
  /** The CLI's home, a folder of the test that `end` does not remove. */
  home?: string;
  /** Replaces the variable PATH. */
  path?: string;
}

/** Resolves when the CLI has been checked. */
export async function startChatRig(options: ChatRigOptions = {}): Promise<ChatRig> {
  const api = await startMessagesApi();
  const home = options.home ?? (await scratchFolder());
  const selfTestFile = path.join(home, 'selfTest.json');
  if (options.reuses) await storeSelfTest(selfTestFile, options.cliPath);
  const database = openDatabase(path.join(home, 'test.db'), recordingLog());
  const live = createLiveConversations(() => {});
  const claude = createClaude({
    cliPath: () => options.cliPath ?? claudePath(),
    env: { ...cliEnvironment(api, home, options.account), ...(options.path !== undefined && { PATH: options.path }) },
    ownPorts: () => [],
    passVariables: () => [],
    workspace: path.join(home, 'workspace'),
    registerFolder: path.join(home, 'children'),
    sessionRowsFile: path.join(home, 'sessionRows.json'),
    sessionFolder: path.join(home, 'replay'),
    modelsFile: path.join(home, 'models.json'),
    planWindowsFile: path.join(home, 'planWindows.json'),
    accountsFile: path.join(home, 'accounts.json'),
    accountsFolder: path.join(home, 'accounts'),
    onPlanWindows: () => {},
    selfTestFile,
    storesTexts: () => true,
    maxProcesses: () => options.limit ?? 8,
    reclaim: live.reclaim,
    isolated: () => true,
    reuses: () => options.reuses ?? false,
    measuresModels: false,
    checkouts: [],
    onChange: () => {},
    onWarning: () => {},
    onFolderUse: () => {},
  });
  const conversationHistory = openConversationStore({
    database,
    log: recordingLog(),
    retention: () => ({ keepTexts: true, keepDays: 30, keepBytes: 1e9 }),
  });
  const chat = createChat({ claude, live, conversationHistory, idleMs: () => 60_000, usersAreIds: () => true });
  await claude.check();
  return {
    api,
    chat,
    claude,
    home,
    ask: async (request, signal = NEVER) => {
      const events: ChatEvent[] = [];
      const defaults = { model: 'sonnet', system: '', messages: [], client: 'test', thinking: true, owner: '' };
      for await (const event of chat.ask({ ...defaults, ...request }, signal)) events.push(event);
      return events;
    },
    end: async () => {
      await claude.close();
      await api.close();
      database.close();
      const left = await leftoverProcesses(home);
      for (const { pid } of left) process.kill(pid, 'SIGKILL');
      if (options.home === undefined) await removeFolder(home);
      if (left.length > 0) throw new Error(`Left running: ${left.map(({ command }) => command).join('; ')}`);
    },
  };
}
