/** An object that the server sent, checked against its published schema. */

export interface CheckedObject {
  /** The name of the schema, or a description of the object if it has none. */
  readonly kind: string;
  /** The violations, a sentence each; empty if there are none. */
  readonly findings: readonly string[];
}
