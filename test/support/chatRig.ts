/** The chat with the real CLI behind it and no server before it: for what is promised to every dialect alike. */
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
import { type MessagesApi, startMessagesApi } from './messagesApi';
import { recordingLog } from './recordingLog';

const NEVER = new AbortController().signal;
setMaxListeners(0, NEVER);

export interface ChatRig {
  readonly api: MessagesApi;
  readonly chat: Chat;
  readonly claude: Claude;
  readonly home: string;
  /** Asks `sonnet`, and resolves with all that comes. */
  ask(request: Partial<ChatRequest>, signal?: AbortSignal): Promise<ChatEvent[]>;
  /** Ends everything. @throws where a process is left. */
  end(): Promise<void>;
}

export interface ChatRigOptions {
  account?: Account;
  limit?: number;
  /** Default the pinned CLI; '' to have it looked for. */
  cliPath?: string;
  home?: string;
  /** In place of PATH. */
  path?: string;
}

export async function startChatRig(options: ChatRigOptions = {}): Promise<ChatRig> {
  const api = await startMessagesApi();
  const home = options.home ?? (await scratchFolder());
  const database = openDatabase(path.join(home, 'test.db'), recordingLog());
  const live = createLiveConversations(() => {});
  const claude = createClaude({
    cliPath: () => options.cliPath ?? claudePath(),
    env: { ...cliEnvironment(api, home, options.account), ...(options.path !== undefined && { PATH: options.path }) },
    ownPorts: () => [],
    workspace: path.join(home, 'workspace'),
    registerFolder: path.join(home, 'children'),
    sessionFolder: path.join(home, 'replay'),
    writesTexts: () => true,
    limit: () => options.limit ?? 8,
    reclaim: live.reclaim,
    isolated: () => true,
    checkouts: [],
    onChange: () => {},
    onFault: () => {},
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
