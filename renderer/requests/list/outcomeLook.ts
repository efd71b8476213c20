/** How the window shows an outcome: never by its colour alone. */
import type { RequestOutcome } from '../../../app/shared/contract';

/** `running` and `good` are what one expects; `note` ended otherwise, by nobody's fault; `fault` is a failure. */
export type OutcomeTone = 'running' | 'good' | 'note' | 'fault';

export interface OutcomeLook {
  tone: OutcomeTone;
  /** Path data on a grid of 16. */
  icon: `M${string}`;
}

const CHECK = 'M3.5 8.5 6.5 11.5 12.5 4.5';
const CROSS = 'M8 2A6 6 0 1 1 8 14 6 6 0 0 1 8 2Z M5.9 5.9 10.1 10.1 M10.1 5.9 5.9 10.1';
const CLOCK = 'M8 2A6 6 0 1 1 8 14 6 6 0 0 1 8 2Z M8 4.8V8.2L10.3 9.6';
const BARRED = 'M8 2A6 6 0 1 1 8 14 6 6 0 0 1 8 2Z M3.8 3.8 12.2 12.2';
const BROKEN = 'M2 8H5L6.5 4.5 M9.5 11.5 11 8H14 M8 3.5 7.4 6 M8.6 10 8 12.5';

export const OUTCOME_LOOKS: Readonly<Record<RequestOutcome, OutcomeLook>> = {
  waiting: { tone: 'running', icon: 'M8 4.5A3.5 3.5 0 1 1 8 11.5 3.5 3.5 0 0 1 8 4.5Z' },
  answering: { tone: 'running', icon: 'M2.5 4H13.5 M2.5 8H10 M2.5 12H6.5' },
  answered: { tone: 'good', icon: CHECK },
  called_tools: {
    tone: 'good',
    icon: 'M10.2 2.6A3.4 3.4 0 0 0 6.6 7.3L2.6 11.3 4.7 13.4 8.7 9.4A3.4 3.4 0 0 0 13.4 5.8L11.2 8 8 4.8Z',
  },
  output_limit: { tone: 'note', icon: 'M2.5 8H10.5 M7.5 5 10.5 8 7.5 11 M13.5 3.5V12.5' },
  declined: { tone: 'note', icon: BARRED },
  refused: { tone: 'fault', icon: 'M4 7.5H12V13.5H4Z M5.8 7.5V5.5A2.2 2.2 0 0 1 10.2 5.5V7.5' },
  invalid: { tone: 'fault', icon: CROSS },
  plan_limit: { tone: 'fault', icon: 'M2.5 12A6 6 0 1 1 13.5 12 M8 9.5 11 5.8' },
  signed_out: { tone: 'fault', icon: 'M6.5 3H3.5V13H6.5 M7 8H13.5 M11 5.5 13.5 8 11 10.5' },
  overloaded: { tone: 'fault', icon: 'M3 13V8 M8 13V3 M13 13V5.5' },
  timeout: { tone: 'fault', icon: CLOCK },
  broke_off: { tone: 'fault', icon: BROKEN },
  failed: { tone: 'fault', icon: CROSS },
  hung_up: { tone: 'note', icon: 'M9.5 3H12.5V13H9.5 M9 8H2.5 M5 5.5 2.5 8 5 10.5' },
  stopped: { tone: 'note', icon: 'M4.5 4.5H11.5V11.5H4.5Z' },
};
