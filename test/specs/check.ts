/** One thing that a published description promises of a dialect. */
import type { TestApp } from '../support/testApp';

export interface SpecCheck {
  /** What is asked. */
  readonly name: string;
  /** Asks it. Resolves with what in the answers is not as described, one sentence each; empty for nothing. */
  run(app: TestApp): Promise<string[]>;
}
