/** A turn as it can be read while it runs: its question, and the answer so far in parts. */
import type { TurnState } from '../../shared/conversations/conversationTexts';
import type { SaidPart } from '../../shared/requests/requestTexts';
import type { ChatEvent } from '../events';
import type { Message } from '../request';

export interface LatestTurn {
  /** How many messages come before the question. */
  readonly earlierMessages: number;
  readonly question: readonly Message[];
  readonly state: TurnState;
  /** Rises with every change, and from one turn to the next. */
  readonly version: number;
  /** Its first version. */
  readonly firstVersion: number;
  /** The answer so far. */
  answer(): readonly SaidPart[];
  add(event: ChatEvent): void;
  /** The answer has failed or was interrupted. Does nothing where it is complete. */
  breakOff(): void;
}

/** Versions of all turns, so that no turn takes over the number of another one. */
let versions = 0;

export function createLatestTurn(earlierMessages: number, question: readonly Message[]): LatestTurn {
  let parts: SaidPart[] = [];
  let state: TurnState = 'running';
  versions += 1;
  const firstVersion = versions;
  let version = versions;
  const changed = () => {
    versions += 1;
    version = versions;
  };

  /** Appends to the last part where it is of this kind. */
  const append = (kind: 'text' | 'thinking', text: string) => {
    const last = parts.at(-1);
    if (last?.kind === kind) parts[parts.length - 1] = { kind, text: last.text + text };
    else parts.push({ kind, text });
  };

  /** Changes the call of a tool that has come last. */
  const changeCall = (change: (call: Extract<SaidPart, { kind: 'tool_call' }>) => SaidPart) => {
    const last = parts.at(-1);
    if (last?.kind === 'tool_call') parts[parts.length - 1] = change(last);
  };

  return {
    earlierMessages,
    question,
    firstVersion,
    get state() {
      return state;
    },
    get version() {
      return version;
    },
    answer: () => [...parts],
    add: (event) => {
      switch (event.type) {
        case 'text':
        case 'thinking':
          append(event.type, event.text);
          break;
        case 'tool_call':
          parts.push({ kind: 'tool_call', id: event.id, name: event.name, input: '', done: false });
          break;
        case 'tool_input':
          changeCall((call) => ({ ...call, input: call.input + event.json }));
          break;
        case 'tool_end':
          changeCall((call) => ({ ...call, input: JSON.stringify(event.input, null, 2), done: true }));
          break;
        case 'retract':
          parts = [];
          break;
        case 'end':
          state = 'answered';
          break;
        default:
          return;
      }
      changed();
    },
    breakOff: () => {
      if (state !== 'running') return;
      state = 'broken';
      changed();
    },
  };
}
