/** A process of the CLI that a test makes die, hang or fail at a given moment. It records what is set. */
import type { ClaudeProcess } from '../../../../app/claude/process/claudeProcess';
import type { PipeExit } from '../../../../app/claude/process/pipe/pipe';

export interface Behaviour {
  /** Dies when it is initialized. */
  diesAtInitialize?: boolean;
  /** Never answers `initialize`. */
  hangsAtInitialize?: boolean;
  /** Takes a second to exit after it was told to. */
  exitsLate?: boolean;
  /** Can serve one conversation after another. */
  reusable?: boolean;
  /** Cannot be emptied. */
  failsAtReset?: boolean;
  /** Cannot be emptied after its warm-up. */
  failsAtWarmUp?: boolean;
  /** Was started with a session and the model of it. */
  hasSession?: boolean;
}

export type FakeProcess = ClaudeProcess & { readonly calls: string[] };

export function fakeProcess({
  diesAtInitialize,
  hangsAtInitialize,
  exitsLate,
  reusable = false,
  failsAtReset,
  failsAtWarmUp,
  hasSession,
}: Behaviour = {}): FakeProcess {
  let alive = true;
  let set: { system: string; model: string | undefined } | undefined;
  let resolveExited: (exit: PipeExit) => void = () => {};
  const calls: string[] = [];
  const exited = new Promise<PipeExit>((resolve) => {
    resolveExited = resolve;
  });
  const end = (signal: NodeJS.Signals | null) => {
    alive = false;
    resolveExited({ code: signal === null ? 0 : null, signal, stderr: 'out of memory' });
  };
  const process: FakeProcess = {
    pid: 1,
    exited,
    get alive() {
      return alive;
    },
    costUsd: 0,
    isolation: '',
    calls,
    reusable,
    turns: 0,
    breakpointRefused: false,
    initialize: async () => ({ models: [] }),
    setModel: async () => {},
    begin: async ({ system, model, setup }) => {
      const before = set;
      set = { system, model };
      if (!before) {
        calls.push(`initialize ${system}`);
        if (diesAtInitialize) end('SIGKILL');
        if (diesAtInitialize || hangsAtInitialize) {
          await exited;
          throw new Error('the CLI has ended');
        }
      }
      if (before && before.system !== system) calls.push(`system ${system}`);
      if (setup?.tools) calls.push(`tools ${setup.tools.map(({ name }) => name)}`);
      if (before ? before.model !== model : model !== undefined && !hasSession) calls.push(`model ${model}`);
      return before ? undefined : { models: [] };
    },
    reset: async () => {
      calls.push('reset');
      return !failsAtReset;
    },
    canRewindTo: () => false,
    rewind: async () => false,
    changeSystem: async () => {},
    contextUsage: async () => ({ model: '', rawMaxTokens: 1 }),
    configure: async () => {},
    warmUp: async () => {
      calls.push('warm up');
      return !failsAtWarmUp;
    },
    withdraws: () => false,
    replaceTools: async () => {},
    sendToolResult: () => {},
    replay: async () => {},
    runTurn: async function* () {},
    close: async () => {
      if (exitsLate) setTimeout(() => end(null), 1_000);
      else end(null);
    },
    kill: () => end('SIGKILL'),
  };
  return process;
}
