/** One object that a server has sent, held against what is published of it. */

export interface Judged {
  /** The name of the schema, or what was sent where there is none. */
  readonly kind: string;
  /** What is not as described, one sentence each; empty for nothing. */
  readonly findings: readonly string[];
}
