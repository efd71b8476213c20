/** A check of the server's answers against a dialect's published specification. */
import type { TestApp } from '../support/testApp';

export interface SpecCheck {
  /** The kind of request. */
  readonly name: string;
  /** Sends the request. @returns the violations in its answer, a sentence each; empty if there are none. */
  run(app: TestApp): Promise<string[]>;
}
